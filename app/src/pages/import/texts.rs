//! Texts of `/import`. Only the server makes this page.

use crate::i18n::Locale;
use crate::number::count_of;
use crate::pages::import::view::FileTrouble;

/// Every text of the page.
#[derive(Debug)]
pub struct ImportTexts {
    pub link: &'static str,
    pub title: &'static str,
    /// What it takes.
    pub how: &'static str,
    pub file: &'static str,
    pub look: &'static str,
    pub another: &'static str,
    /// Panel: where the columns go.
    pub columns: &'static str,
    pub columns_how: &'static str,
    /// Choice: no column.
    pub none: &'static str,
    /// Choice for the direction.
    pub sign: &'static str,
    /// Choice: a column and its first value.
    pub column: fn(&str, &str) -> String,
    /// Label of a choice.
    pub column_of: fn(&str) -> String,
    /// Label of a field.
    pub value_of: fn(&str) -> String,
    /// In an empty field.
    pub same_in_all: &'static str,
    pub look_again: &'static str,
    /// lines = good + wrong.
    pub lines: &'static str,
    pub good: &'static str,
    pub bad: &'static str,
    /// Of the good ones.
    pub repeated: fn(&str) -> String,
    /// Of the good ones.
    pub recorded: fn(&str) -> String,
    pub clean: &'static str,
    pub has_flaws: fn(&str) -> String,
    /// What to do.
    pub has_flaws_how: &'static str,
    pub all_recorded: &'static str,
    pub send: fn(&str) -> String,
    pub send_good: fn(&str) -> String,
    pub flaws: &'static str,
    pub line: &'static str,
    pub what: &'static str,
    /// After the last of a list.
    pub more: fn(&str) -> String,
    pub understood: &'static str,
    pub first_of: fn(&str, &str) -> String,
    /// It is being sent.
    pub sending: &'static str,
    /// It was sent.
    pub sent: fn(&str) -> String,
    /// And so many lines were left out.
    pub left_out: fn(&str) -> String,
    pub see_records: &'static str,
    pub not_sent_flaws: &'static str,
    pub already: &'static str,
    /// Not all of it sent.
    pub not_all: fn(&str) -> String,
    /// What to do.
    pub not_all_how: &'static str,
    pub away: &'static str,
    /// The file is not there any more.
    pub gone: &'static str,
    /// The file cannot be taken; why follows.
    pub unreadable: &'static str,
}

const EN: ImportTexts = ImportTexts {
    link: "Import",
    title: "Import entries",
    how: "A CSV file from any spreadsheet (UTF-8, UTF-16 or GB 18030), or NDJSON, at most 32 MB and 100,000 lines. You see what was \
          understood before anything is sent.",
    file: "File",
    look: "Look at it",
    another: "Another file",
    columns: "Columns",
    columns_how: "Where each field comes from: a column, or the same value in every line.",
    none: "—",
    sign: "by the sign of the quantity",
    column: |name, first| format!("{name} ({first})"),
    column_of: |field| format!("{field}: column"),
    value_of: |field| format!("{field}: the same in every line"),
    same_in_all: "same in every line",
    look_again: "Look again",
    lines: "Lines",
    good: "Good",
    bad: "Wrong",
    repeated: |n| format!("{n} repeat another line and count once"),
    recorded: |n| format!("{n} are recorded already and count once"),
    clean: "Every line can be sent.",
    has_flaws: |n| format!("Nothing is sent yet: {n} lines are wrong."),
    has_flaws_how: "Correct the file or the columns, or send the good ones.",
    all_recorded: "Every line is recorded already: sending it would change nothing.",
    send: |n| format!("Send {n} entries"),
    send_good: |n| format!("Send the {n} good ones"),
    flaws: "What is wrong",
    line: "Line",
    what: "What is wrong",
    more: |n| format!("and {n} more"),
    understood: "As it was understood",
    first_of: |shown, all| format!("first {shown} of {all}"),
    sending: "This file is being sent.",
    sent: |n| format!("{n} entries were sent."),
    left_out: |n| format!("{n} lines were left out."),
    see_records: "See the records",
    not_sent_flaws: "Nothing was sent: some lines are wrong.",
    already: "Nothing was sent: this file is being sent, or was, by somebody else.",
    not_all: |n| format!("Kafka has confirmed only {n} of them"),
    not_all_how: "Send the file again: what has come counts once.",
    away: "Nothing was sent: the records do not answer now. Try again.",
    gone: "This file is not here any more: files that nobody sends are let go after a day. Choose it again.",
    unreadable: "This file",
};

const ZH: ImportTexts = ImportTexts {
    link: "导入",
    title: "导入明细",
    how: "任何电子表格的 CSV 文件（UTF-8、UTF-16 或 GB 18030），或 NDJSON，最多 32 MB、100,000 行。提交之前会先显示识别的结果。",
    file: "文件",
    look: "检查文件",
    another: "另选文件",
    columns: "列对应",
    columns_how: "每个字段取自哪一列，或每行使用同一个值。",
    none: "—",
    sign: "按数量的正负",
    column: |name, first| format!("{name}（{first}）"),
    column_of: |field| format!("{field}：列"),
    value_of: |field| format!("{field}：每行相同"),
    same_in_all: "每行相同",
    look_again: "重新检查",
    lines: "行数",
    good: "有效",
    bad: "有误",
    repeated: |n| format!("其中 {n} 行与其他行重复，只计一次"),
    recorded: |n| format!("其中 {n} 行已有记录，只计一次"),
    clean: "每一行都可以提交。",
    has_flaws: |n| format!("尚未提交：{n} 行有误。"),
    has_flaws_how: "请更正文件或列对应，或只提交有效的行。",
    all_recorded: "每一行都已有记录：提交不会改变任何内容。",
    send: |n| format!("提交 {n} 笔明细"),
    send_good: |n| format!("提交有效的 {n} 笔"),
    flaws: "有误之处",
    line: "行",
    what: "有误之处",
    more: |n| format!("另有 {n} 处"),
    understood: "识别的结果",
    first_of: |shown, all| format!("前 {shown} 行，共 {all} 行"),
    sending: "此文件正在提交。",
    sent: |n| format!("已提交 {n} 笔明细。"),
    left_out: |n| format!("{n} 行未提交。"),
    see_records: "查看明细",
    not_sent_flaws: "未提交：有的行有误。",
    already: "未提交：此文件正由他人提交，或已提交。",
    not_all: |n| format!("Kafka 只确认了其中 {n} 笔"),
    not_all_how: "请再次提交此文件：已到达的只计一次。",
    away: "未提交：关系库暂时没有应答，请重试。",
    gone: "此文件已不在：无人提交的文件一天后清除。请重新选择。",
    unreadable: "此文件",
};

impl Locale {
    /// The texts of `/import`.
    pub fn import_texts(self) -> &'static ImportTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }

    /// Why a file cannot be read; to be read after "this file".
    pub fn file_trouble(self, trouble: &FileTrouble) -> String {
        match (self, trouble) {
            (Self::En, trouble) => trouble.to_string(),
            (Self::Zh, FileTrouble::TooLarge(most)) => format!("超过 {} MB", most / 1_048_576),
            (Self::Zh, FileTrouble::TooMany(most)) => format!("超过 {} 行", count_of(*most)),
            (Self::Zh, FileTrouble::Empty) => "没有明细".to_owned(),
            (Self::Zh, FileTrouble::Unreadable(cause)) => format!("无法读取：{cause}"),
        }
    }
}
