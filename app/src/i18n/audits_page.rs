//! Texts of `/audits` and `/audits/{id}`. Only the server makes these pages.

use super::Locale;
use crate::model::audit::{AuditState, CheckOf, ResolveAs, Scope, Step};
use crate::model::replay::{BillKind, ReplayState};
use crate::number::grouped;

/// Every text of the pages.
#[derive(Debug)]
pub struct AuditsTexts {
    /// Link.
    pub title: &'static str,
    /// Title.
    pub heading: &'static str,
    /// Under the title.
    pub what: &'static str,
    /// Title of one.
    pub one: fn(i64) -> String,
    /// Link.
    pub back: &'static str,
    /// What came of it.
    pub state: fn(AuditState) -> &'static str,
    /// How much was recounted.
    pub scope: fn(Scope) -> &'static str,
    /// What that means.
    pub scope_how: fn(Scope) -> &'static str,
    /// Button.
    pub run: fn(Scope) -> &'static str,
    /// Who or what started it, and why.
    pub by: fn(&str, &str) -> String,
    /// The last good one.
    pub last_check: &'static str,
    /// There was none.
    pub never: &'static str,
    /// How long ago.
    pub ago: fn(i64) -> String,
    /// When the next one is due.
    pub next_in: fn(i64) -> String,
    /// It should have been.
    pub overdue: &'static str,
    /// What that means.
    pub overdue_how: &'static str,
    /// Is under way.
    pub under_way: fn(i64) -> String,
    /// A length of time, in milliseconds.
    pub took: fn(i64) -> String,
    /// Panel.
    pub history: &'static str,
    /// Chart.
    pub chart: &'static str,
    /// Series of the chart.
    pub series: [&'static str; 3],
    /// Column.
    pub number: &'static str,
    /// Column.
    pub started: &'static str,
    /// Column.
    pub result: &'static str,
    /// Column.
    pub keys: &'static str,
    /// Column.
    pub deviating: &'static str,
    /// Column.
    pub repaired: &'static str,
    /// Column.
    pub to_do: &'static str,
    /// Column.
    pub length: &'static str,
    /// Column.
    pub started_by: &'static str,
    /// Nothing yet.
    pub nothing: &'static str,
    /// What that means.
    pub nothing_how: &'static str,
    /// Panel.
    pub settings: &'static str,
    /// Field.
    pub period: &'static str,
    /// How it is written.
    pub period_how: &'static str,
    /// What was typed is none.
    pub bad_period: fn(&str) -> String,
    /// Button.
    pub save: &'static str,
    /// Button: that of the settings file again.
    pub reset: fn(&str) -> String,
    /// It is a person's choice.
    pub chosen: &'static str,
    /// It is the settings file's.
    pub not_chosen: &'static str,
    /// There is no such audit.
    pub no_such: &'static str,
    /// How a run ended, in a sentence: keys that need a person, of all.
    pub need: fn(i64, i64) -> String,
    /// All keys agree.
    pub all_agree: fn(i64) -> String,
    /// Some were put right, none is left.
    pub all_right_now: fn(i64, i64) -> String,
    /// It goes on.
    pub goes_on: &'static str,
    /// It could not be made.
    pub could_not: &'static str,
    /// LASTCHECK was set to the end of this run.
    pub check_set: &'static str,
    /// LASTCHECK stays.
    pub check_stays: fn(&str) -> String,
    /// A step.
    pub step: fn(Step) -> &'static str,
    /// Progress.
    pub n_of_m: fn(i64, i64) -> String,
    /// Panel.
    pub findings: &'static str,
    /// Beside it.
    pub findings_how: fn(i64) -> String,
    /// More were counted than stored.
    pub only_stored: fn(i64) -> String,
    /// Choice.
    pub all: &'static str,
    /// Choice.
    pub open: &'static str,
    /// Choice.
    pub done: &'static str,
    /// Nothing deviates.
    pub no_findings: &'static str,
    /// None of these.
    pub none_such: &'static str,
    /// Column.
    pub key: &'static str,
    /// Column.
    pub difference: &'static str,
    /// Column.
    pub cause: &'static str,
    /// NRS.
    pub missing: &'static str,
    /// NRS.
    pub unreadable: &'static str,
    /// Of a finding: what both sides hold.
    pub evidence: &'static str,
    /// Row.
    pub stock: &'static str,
    /// Row.
    pub came_in: &'static str,
    /// Row.
    pub entries: &'static str,
    /// What was put right.
    pub before_after: fn(&str, &str) -> String,
    /// Link: the entries of the key.
    pub look_up: &'static str,
    /// A way to deal with it.
    pub way: fn(ResolveAs) -> &'static str,
    /// What that does.
    pub way_how: fn(ResolveAs) -> &'static str,
    /// Field.
    pub note: &'static str,
    /// Who decided, when and why.
    pub decided: fn(ResolveAs, &str, &str) -> String,
    /// There is no way yet.
    pub no_way: &'static str,
    /// A decision is not on record.
    pub not_resolved: &'static str,
    /// Why.
    pub no_note: &'static str,
    /// Why.
    pub already: &'static str,
    /// Why.
    pub not_this_way: &'static str,
    /// Why.
    pub away: &'static str,
    /// Panel.
    pub cut: &'static str,
    /// Beside it.
    pub cut_how: &'static str,
    /// Column.
    pub partition: &'static str,
    /// Column.
    pub cut_offset: &'static str,
    /// Columns of the accounting line.
    pub accounting: [&'static str; 4],
    /// Row.
    pub total: &'static str,
    /// Panel.
    pub proof: &'static str,
    /// All hold.
    pub proved: &'static str,
    /// Some do not.
    pub not_proved: &'static str,
    /// Not yet.
    pub not_yet: &'static str,
    /// A proof.
    pub check: fn(CheckOf) -> &'static str,
    /// Of how many it holds.
    pub check_count: fn(CheckOf, i64, i64) -> String,
    /// The log record.
    pub log: &'static str,
    /// Panel.
    pub replay: &'static str,
    /// What it has come to; is something undecidable?
    pub replay_state: fn(ReplayState, bool) -> &'static str,
    /// Button.
    pub replay_now: &'static str,
    /// What that does.
    pub replay_how: &'static str,
    /// Button.
    pub replay_again: &'static str,
    /// Of how many, and how long it took.
    pub messages_read: fn(i64, i64, &str) -> String,
    /// No bill differs.
    pub no_bills: &'static str,
    /// Kind of bills.
    pub bill_kind: fn(BillKind) -> &'static str,
    /// What that means.
    pub bill_kind_how: fn(BillKind) -> &'static str,
    /// What both say.
    pub queue_and_records: fn(&str, &str) -> String,
    /// Line of a bill.
    pub line_of: fn(i32) -> String,
    /// Button.
    pub confirm: fn(i64) -> String,
    /// What that does.
    pub confirm_how: &'static str,
    /// Who confirmed, and when.
    pub confirmed: fn(&str, &str) -> String,
    /// Why it is not on record.
    pub not_ready: &'static str,
    /// Why it is not on record.
    pub another_run: &'static str,
}

/// A length of time in few words, in seconds.
fn span(seconds: i64, units: [&str; 4]) -> String {
    match seconds.max(0) {
        it if it < 120 => format!("{it}{}", units[0]),
        it if it < 7200 => format!("{}{}", it / 60, units[1]),
        it if it < 172_800 => format!("{}{}", it / 3600, units[2]),
        it => format!("{}{}", it / 86_400, units[3]),
    }
}

fn length(ms: i64) -> String {
    if ms < 60_000 {
        format!("{}.{} s", ms / 1000, ms % 1000 / 100)
    } else {
        format!("{} min {} s", ms / 60_000, ms / 1000 % 60)
    }
}

const EN_UNITS: [&str; 4] = [" s", " min", " h", " days"];
const ZH_UNITS: [&str; 4] = [" 秒", " 分钟", " 小时", " 天"];

const EN: AuditsTexts = AuditsTexts {
    title: "Audits",
    heading: "Audits (book to book)",
    what: "Both stores are compared at one cut of the stream while entries go on. What is proved is put right; the rest is named.",
    one: |id| format!("Audit (book to book) #{id}"),
    back: "All audits",
    state: |it| match it {
        AuditState::Running => "Running",
        AuditState::Passed => "Passed",
        AuditState::Failed => "Failed",
        AuditState::Error => "Could not run",
    },
    scope: |it| match it {
        Scope::Quick => "Quick",
        Scope::Full => "Full",
    },
    scope_how: |it| match it {
        Scope::Quick => "all totals; rows of tables that were written to since the last success",
        Scope::Full => "all totals and every row",
    },
    run: |it| match it {
        Scope::Quick => "Audit now",
        Scope::Full => "Full audit now",
    },
    by: |who, cause| {
        let why = match cause {
            "due" => "it was due",
            "first" => "there was none yet",
            "retry" => "the last one failed",
            "rebuilt" => "the live stock was rebuilt",
            "decided" => "a finding was decided",
            _ => return format!("by {who}"),
        };
        format!("by the {who}: {why}")
    },
    last_check: "LASTCHECK",
    never: "never yet",
    ago: |seconds| format!("{} ago", span(seconds, EN_UNITS)),
    next_in: |seconds| {
        if seconds > 0 { format!("next in {}", span(seconds, EN_UNITS)) } else { "next one now".to_owned() }
    },
    overdue: "Overdue",
    overdue_how: "No audit has passed for longer than the period. Is a daemon with audits running?",
    under_way: |id| format!("Audit #{id} is under way"),
    took: length,
    history: "History",
    chart: "Findings and duration of the last audits",
    series: ["Duration (s)", "Deviating", "Put right"],
    number: "Audit",
    started: "Started",
    result: "Result",
    keys: "Keys",
    deviating: "Deviating",
    repaired: "Put right",
    to_do: "To do",
    length: "Took",
    started_by: "Started by",
    nothing: "No audit yet",
    nothing_how: "The first one is made by itself as soon as the daemon runs.",
    settings: "Period",
    period: "An audit is due when the last good one is this old",
    period_how: "such as 30s, 15m, 1h",
    bad_period: |typed| {
        format!("\u{201c}{typed}\u{201d} is no period between 10 seconds and a year; write 30s, 15m, 1h")
    },
    save: "Save",
    reset: |it| format!("Back to the settings file ({it})"),
    chosen: "chosen here",
    not_chosen: "from the settings file",
    no_such: "There is no such audit",
    need: |n, all| format!("{} of {} keys need a person", grouped(n), grouped(all)),
    all_agree: |all| format!("All {} keys agree", grouped(all)),
    all_right_now: |n, all| format!("{} of {} keys were put right; all agree now", grouped(n), grouped(all)),
    goes_on: "Under way",
    could_not: "It could not be made",
    check_set: "LASTCHECK was set to the end of this audit",
    check_stays: |at| format!("LASTCHECK stays at {at}"),
    step: |it| match it {
        Step::Claim => "Claim",
        Step::Cut => "Cut",
        Step::Snapshot => "Snapshot",
        Step::Proof => "Self-proof",
        Step::Compare => "Compare and settle",
        Step::Done => "On record",
    },
    n_of_m: |n, all| format!("{} of {}", grouped(n), grouped(all)),
    findings: "Findings",
    findings_how: |n| format!("{} keys, difference = RRS \u{2212} NRS", grouped(n)),
    only_stored: |n| format!("the first {} are stored one by one", grouped(n)),
    all: "All",
    open: "To do",
    done: "Dealt with",
    no_findings: "No key deviates",
    none_such: "None of these",
    key: "Warehouse · product",
    difference: "Difference",
    cause: "Cause and DESCRIPTION",
    missing: "missing",
    unreadable: "unreadable",
    evidence: "What says so",
    stock: "Stock",
    came_in: "In, all kinds",
    entries: "Entries",
    before_after: |before, after| format!("Put right: {before} \u{2192} {after}"),
    look_up: "Its entries",
    way: |it| match it {
        ResolveAs::Acknowledge => "Acknowledge",
        ResolveAs::AcceptRecords => "Accept the records",
        ResolveAs::Corrected => "Corrected",
    },
    way_how: |it| match it {
        ResolveAs::Acknowledge => "The repair was seen; nothing else is to be done.",
        ResolveAs::AcceptRecords => {
            "The records prove themselves. The audit that follows sets the live stock to them, if it still differs by the same."
        }
        ResolveAs::Corrected => "The records were corrected from the queue.",
    },
    note: "Why",
    decided: |way, who, at| {
        let what = match way {
            ResolveAs::Acknowledge => "Acknowledged",
            ResolveAs::AcceptRecords => "Records accepted",
            ResolveAs::Corrected => "Records corrected from the queue",
        };
        format!("{what} by {who}, {at}")
    },
    no_way: "The records must be proved first: replay the queue, below.",
    not_resolved: "This is not on record",
    no_note: "say why, in 1 to 1,000 characters",
    already: "somebody has dealt with it meanwhile",
    not_this_way: "it does not fit this finding",
    away: "the records do not answer now; try again",
    cut: "The cut",
    cut_how: "both stores are read at these offsets",
    partition: "Partition",
    cut_offset: "Cut offset",
    accounting: ["Consumed", "= Recorded", "+ Dupl.", "+ Rej."],
    total: "Total",
    proof: "Do the records prove themselves?",
    proved: "They do",
    not_proved: "They do not",
    not_yet: "not yet",
    check: |it| match it {
        CheckOf::Journal => "Batches have no gap",
        CheckOf::Accounting => "consumed = recorded + duplicates + rejected",
        CheckOf::Tables => "Rows recounted per table",
        CheckOf::Levels => "Totals agree across levels",
    },
    check_count: |of, failed, all| {
        let what = match of {
            CheckOf::Journal | CheckOf::Accounting => "partitions",
            CheckOf::Tables => "tables",
            CheckOf::Levels => "totals",
        };
        if failed == 0 {
            format!("{} {what}", grouped(all))
        } else {
            format!("{} of {} {what}", grouped(failed), grouped(all))
        }
    },
    log: "Log record",
    replay: "Replay of the queue",
    replay_state: |it, undecidable| match it {
        ReplayState::Running => "reading",
        ReplayState::Ready if undecidable => "some bills are undecidable",
        ReplayState::Ready => "complete, nothing undecidable",
        ReplayState::Corrected => "corrected",
        ReplayState::Error => "could not be made",
    },
    replay_now: "Replay the queue",
    replay_how: "The topic is read again for the keys that need a person, and the bills that differ are named. Nothing is changed.",
    replay_again: "Replay again",
    messages_read: |n, all, took| {
        format!("{} of {} messages read in {took}. Nothing has been changed by that.", grouped(n), grouped(all))
    },
    no_bills: "The records hold what the queue says, bill by bill.",
    bill_kind: |it| match it {
        BillKind::Missing => "Missing",
        BillKind::Altered => "Altered",
        BillKind::Extra => "Extra",
        BillKind::Undecidable => "Undecidable",
        BillKind::Candidate => "Candidates",
    },
    bill_kind_how: |it| match it {
        BillKind::Missing => "in the queue, not in the records",
        BillKind::Altered => "the records say something else than the queue",
        BillKind::Extra => "in the records, not in the queue",
        BillKind::Undecidable => "the queue no longer holds them",
        BillKind::Candidate => "each makes up what the live stock missed or counted twice",
    },
    queue_and_records: |queue, records| format!("queue {queue}, records {records}"),
    line_of: |n| format!("line {n}"),
    confirm: |keys| {
        if keys == 1 {
            "Confirm the correction of 1 key".to_owned()
        } else {
            format!("Confirm the correction of {} keys", grouped(keys))
        }
    },
    confirm_how: "The records become what the queue says; old values stay on record. FLAG becomes T, a new audit runs by itself and settles exactly these keys.",
    confirmed: |who, at| format!("Confirmed by {who}, {at}. Old values are on record."),
    not_ready: "the replay is not ready, or was confirmed before",
    another_run: "another run is under way; try again in a moment",
};

const ZH: AuditsTexts = AuditsTexts {
    title: "审计",
    heading: "审计（账账核对）",
    what: "在流的同一截面上核对两库，明细照常进入。能证明的予以校正，其余逐键指明。",
    one: |id| format!("审计（账账核对）#{id}"),
    back: "全部审计",
    state: |it| match it {
        AuditState::Running => "进行中",
        AuditState::Passed => "通过",
        AuditState::Failed => "未通过",
        AuditState::Error => "未能执行",
    },
    scope: |it| match it {
        Scope::Quick => "快速",
        Scope::Full => "全量",
    },
    scope_how: |it| match it {
        Scope::Quick => "全部合计，以及上次通过以来写过的表的明细行",
        Scope::Full => "全部合计与每一行明细",
    },
    run: |it| match it {
        Scope::Quick => "立即审计",
        Scope::Full => "立即全量审计",
    },
    by: |who, cause| {
        let why = match cause {
            "due" => "到期自动发起",
            "first" => "首次自动发起",
            "retry" => "上次未通过，自动复审",
            "rebuilt" => "实时库存重建后自动发起",
            "decided" => "偏差经人工决定后自动复审",
            _ => return format!("{who} 发起"),
        };
        why.to_owned()
    },
    last_check: "LASTCHECK",
    never: "尚无",
    ago: |seconds| format!("{}前", span(seconds, ZH_UNITS)),
    next_in: |seconds| {
        if seconds > 0 { format!("{}后再次审计", span(seconds, ZH_UNITS)) } else { "即将审计".to_owned() }
    },
    overdue: "逾期",
    overdue_how: "超过规定期限没有审计通过。是否有带审计的进程在运行？",
    under_way: |id| format!("审计 #{id} 进行中"),
    took: length,
    history: "历史",
    chart: "最近各次审计的偏差与用时",
    series: ["用时（秒）", "偏差", "已校正"],
    number: "审计",
    started: "开始",
    result: "结果",
    keys: "键",
    deviating: "偏差",
    repaired: "已校正",
    to_do: "待处理",
    length: "用时",
    started_by: "发起",
    nothing: "尚无审计",
    nothing_how: "守护进程运行后会自动进行第一次。",
    settings: "期限",
    period: "距上次通过达到此时长即应审计",
    period_how: "例如 30s、15m、1h",
    bad_period: |typed| format!("“{typed}” 不是 10 秒至一年之间的时长；请写 30s、15m、1h"),
    save: "保存",
    reset: |it| format!("恢复设置文件的值（{it}）"),
    chosen: "在此设定",
    not_chosen: "来自设置文件",
    no_such: "没有此审计",
    need: |n, all| format!("{} 键中 {} 键需要人工处理", grouped(all), grouped(n)),
    all_agree: |all| format!("{} 键全部一致", grouped(all)),
    all_right_now: |n, all| format!("{} 键中 {} 键已校正，现全部一致", grouped(all), grouped(n)),
    goes_on: "进行中",
    could_not: "未能执行",
    check_set: "LASTCHECK 已设为本次结束时间",
    check_stays: |at| format!("LASTCHECK 保持 {at}"),
    step: |it| match it {
        Step::Claim => "认领",
        Step::Cut => "截面",
        Step::Snapshot => "快照",
        Step::Proof => "记录自证",
        Step::Compare => "逐键比对与结算",
        Step::Done => "入档",
    },
    n_of_m: |n, all| format!("{} / {}", grouped(n), grouped(all)),
    findings: "偏差",
    findings_how: |n| format!("{} 键 · 差额 = RRS \u{2212} NRS", grouped(n)),
    only_stored: |n| format!("逐条留存前 {} 条", grouped(n)),
    all: "全部",
    open: "待处理",
    done: "已处理",
    no_findings: "没有偏差",
    none_such: "没有这样的偏差",
    key: "仓库 · 产品",
    difference: "差额",
    cause: "原因与 DESCRIPTION",
    missing: "缺失",
    unreadable: "无法读取",
    evidence: "依据",
    stock: "库存",
    came_in: "入（各类）",
    entries: "笔数",
    before_after: |before, after| format!("已校正：{before} \u{2192} {after}"),
    look_up: "其明细",
    way: |it| match it {
        ResolveAs::Acknowledge => "已阅",
        ResolveAs::AcceptRecords => "以关系库为准",
        ResolveAs::Corrected => "已校正",
    },
    way_how: |it| match it {
        ResolveAs::Acknowledge => "已看到这次校正，无需其他处理。",
        ResolveAs::AcceptRecords => "关系库已自证完整。随后的审计将实时库存设为关系库的数，前提是差额未变。",
        ResolveAs::Corrected => "关系库已按消息队列校正。",
    },
    note: "理由",
    decided: |way, who, at| {
        let what = match way {
            ResolveAs::Acknowledge => "已阅",
            ResolveAs::AcceptRecords => "以关系库为准",
            ResolveAs::Corrected => "关系库已按消息队列校正",
        };
        format!("{what} · {who}，{at}")
    },
    no_way: "须先使关系库得到证明：请在下方回放消息队列。",
    not_resolved: "未入档",
    no_note: "请写明理由，1 至 1,000 字",
    already: "期间已有人处理",
    not_this_way: "不适用于此偏差",
    away: "关系库暂时没有应答，请重试",
    cut: "审计截面",
    cut_how: "两库同读于以下偏移",
    partition: "分区",
    cut_offset: "截面偏移",
    accounting: ["已消费", "= 已记录", "+ 重复", "+ 拒收"],
    total: "合计",
    proof: "记录自证",
    proved: "成立",
    not_proved: "不成立",
    not_yet: "尚未",
    check: |it| match it {
        CheckOf::Journal => "批次连续无缺口",
        CheckOf::Accounting => "已消费 = 已记录 + 重复 + 拒收",
        CheckOf::Tables => "表内逐行复核",
        CheckOf::Levels => "各级合计相符",
    },
    check_count: |of, failed, all| {
        let what = match of {
            CheckOf::Journal | CheckOf::Accounting => "分区",
            CheckOf::Tables => "表",
            CheckOf::Levels => "项合计",
        };
        if failed == 0 {
            format!("{} {what}", grouped(all))
        } else {
            format!("{} / {} {what}不符", grouped(failed), grouped(all))
        }
    },
    log: "日志记录",
    replay: "消息队列回放",
    replay_state: |it, undecidable| match it {
        ReplayState::Running => "读取中",
        ReplayState::Ready if undecidable => "部分不可判定",
        ReplayState::Ready => "完整，无不可判定",
        ReplayState::Corrected => "已校正",
        ReplayState::Error => "未能执行",
    },
    replay_now: "回放消息队列",
    replay_how: "为需要人工处理的键重新读取主题，逐笔指明不同之处。不改动任何数据。",
    replay_again: "再次回放",
    messages_read: |n, all, took| {
        format!("已读 {} / {} 条消息，用时 {took}。此举未改动任何数据。", grouped(n), grouped(all))
    },
    no_bills: "关系库与队列逐笔一致。",
    bill_kind: |it| match it {
        BillKind::Missing => "缺失",
        BillKind::Altered => "被改",
        BillKind::Extra => "多余",
        BillKind::Undecidable => "不可判定",
        BillKind::Candidate => "可能的单据",
    },
    bill_kind_how: |it| match it {
        BillKind::Missing => "队列有，记录无",
        BillKind::Altered => "记录与队列不同",
        BillKind::Extra => "记录有，队列无",
        BillKind::Undecidable => "队列已不再保存",
        BillKind::Candidate => "每一笔都可解释实时库存漏记或重复的数量",
    },
    queue_and_records: |queue, records| format!("队列 {queue}，记录 {records}"),
    line_of: |n| format!("第 {n} 行"),
    confirm: |keys| format!("确认校正 {} 键", grouped(keys)),
    confirm_how: "关系库改为队列所说的数，旧值留存。FLAG 置 T，随即自动复审并恰好结算这些键。",
    confirmed: |who, at| format!("{who} 于 {at} 确认。旧值留存。"),
    not_ready: "回放尚未就绪，或此前已确认",
    another_run: "另一次运行正在进行，请稍后重试",
};

impl Locale {
    /// The texts of `/audits`.
    pub fn audits_texts(self) -> &'static AuditsTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
