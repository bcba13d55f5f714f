# bash completion of tallyhouse(1)                        -*- shell-script -*-

_tallyhouse() {
  local cur prev word command='' below='' at
  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  case $prev in
    --config | --pkg | --write-names)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      compopt -o filenames 2>/dev/null
      return
      ;;
    --without)
      mapfile -t COMPREPLY < <(compgen -W "ingest audit web" -- "$cur")
      return
      ;;
    --log)
      mapfile -t COMPREPLY < <(compgen -W "error warn info debug trace" -- "$cur")
      return
      ;;
  esac
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=${COMP_WORDS[at]}
    case ${COMP_WORDS[at - 1]} in --config | --log) continue ;; esac
    case $word in
      -*) ;;
      *) if [ -z "$command" ]; then command=$word; elif [ -z "$below" ]; then below=$word; fi ;;
    esac
  done
  local general="--config --log --help --version" words files=no
  case $command in
    '') words="serve inv-daemon migrate produce translate simulate audit replay names config cursor topic bench help" ;;
    serve) words="--without --pkg" ;;
    produce) words="--set --profile --valid-only --json" files=yes ;;
    translate) words="--preview --until-quiet" files=yes ;;
    simulate) words="--seed --days --entries-per-day --last-hour-rate --rate --live --seconds --write-names" ;;
    audit) words="--full --wait --json" ;;
    replay) words="--confirm --json" ;;
    names) words=import files=yes ;;
    config) words="check" ;;
    cursor) words="show set accept-loss" ;;
    topic) words=create ;;
    bench) words="ingest backfill correct rebuild redis statistics export audit latency preview fanout" ;;
    *) words= ;;
  esac
  case "$command $below" in
    "config check") words=--json ;;
    "cursor show") words=--json ;;
    "cursor set" | "cursor accept-loss") words="--reason --by" ;;
    "names import") words= ;;
    "topic create") words=--partitions ;;
    "bench "?*) words= ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words $general" -- "$cur")
  if [ $files = yes ] && [[ $cur != -* ]]; then
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
    compopt -o filenames 2>/dev/null
  fi
} && complete -F _tallyhouse tallyhouse
