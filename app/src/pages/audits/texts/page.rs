//! Texts of `/audits` and `/audits/{id}`. Only the server makes these pages.

use crate::i18n::Locale;
use crate::number::grouped;
use model::audit::{AuditState, CheckOf, Scope, Step};

/// Every text of the pages.
#[derive(Debug)]
pub struct AuditsTexts {
    pub title: &'static str,
    pub heading: &'static str,
    /// Under the title.
    pub what: &'static str,
    /// Title of one.
    pub one: fn(i64) -> String,
    pub back: &'static str,
    /// What came of it.
    pub state: fn(AuditState) -> &'static str,
    /// How much was recounted.
    pub scope: fn(Scope) -> &'static str,
    /// What that means.
    pub scope_how: fn(Scope) -> &'static str,
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
    pub history: &'static str,
    pub chart: &'static str,
    /// Series of the chart.
    pub series: [&'static str; 3],
    pub number: &'static str,
    pub started: &'static str,
    pub result: &'static str,
    pub keys: &'static str,
    pub deviating: &'static str,
    pub repaired: &'static str,
    pub to_do: &'static str,
    pub length: &'static str,
    pub started_by: &'static str,
    pub nothing: &'static str,
    /// What that means.
    pub nothing_how: &'static str,
    pub settings: &'static str,
    pub period: &'static str,
    /// How it is written.
    pub period_how: &'static str,
    /// What was typed is none.
    pub bad_period: fn(&str) -> String,
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
    pub check_stays: fn(&str) -> String,
    pub step: fn(Step) -> &'static str,
    pub n_of_m: fn(i64, i64) -> String,
    pub cut: &'static str,
    pub cut_how: &'static str,
    pub partition: &'static str,
    pub cut_offset: &'static str,
    /// Columns of the accounting line.
    pub accounting: [&'static str; 4],
    pub total: &'static str,
    pub proof: &'static str,
    pub proved: &'static str,
    /// Some do not.
    pub not_proved: &'static str,
    pub not_yet: &'static str,
    pub check: fn(CheckOf) -> &'static str,
    /// Of how many it holds.
    pub check_count: fn(CheckOf, i64, i64) -> String,
    /// The log record.
    pub log: &'static str,
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
