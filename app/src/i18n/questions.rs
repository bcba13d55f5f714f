//! Questions about a file in words.

use model::files::question::Question;

use super::Locale;
use crate::number::{count_of, grouped};
use crate::pages::import::view::letters;

impl Locale {
    /// A question, with what in the file makes it necessary.
    pub fn question(self, question: &Question) -> String {
        match self {
            Self::En => english(question),
            Self::Zh => chinese(question),
        }
    }
}

fn english(question: &Question) -> String {
    let name = |field: model::files::field::Field| Locale::En.file_field(field);
    match question {
        Question::Charset(_) => "In which encoding is it? These words read differently in each:".to_owned(),
        Question::DecimalMark { field, sample, shown_by: None, .. } => format!("{}: what is {sample}?", name(*field)),
        Question::DecimalMark { field, sample, shown_by: Some((_, cell)), .. } => {
            format!("{}: what is {sample}? Another line has {cell}.", name(*field))
        }
        Question::DateOrder { sample, .. } if sample.is_empty() => {
            "In which order are the dates? The lines contradict each other.".to_owned()
        }
        Question::DateOrder { sample, .. } => format!("Which day is {sample}?"),
        Question::Sign { direction, quantity } if direction.is_empty() => {
            format!("What does the minus of {quantity} mean in a column of its own direction?")
        }
        Question::Sign { direction, quantity } => format!("What does the minus mean in “{direction}” {quantity}?"),
        Question::Word { word, lines } => format!("“{word}” ({} lines): in or out?", count_of(*lines)),
        Question::Blank { field, line, above } => {
            format!("{} is empty in line {}: is it {above}, as above?", name(*field), count_of(*line))
        }
        Question::LongCell { first, last, sample } => {
            let (first, last) = (count_of(*first), count_of(*last));
            format!(
                "One cell holds lines {first} to {last}: “{sample}”. If a stray quote has done this, correct the file."
            )
        }
        Question::Sheet(_) => "Several sheets have something in them: which one?".to_owned(),
        Question::Titles { line, words } => format!("Line {}: “{words}”: titles, or an entry?", count_of(*line)),
        Question::Total { line, field, said, counted } => {
            let (said, counted) = (grouped(*said), grouped(*counted));
            format!("{}: the total in line {} says {said}, the lines come to {counted}.", name(*field), count_of(*line))
        }
        Question::Missing(field) => {
            format!("{}: no column has it. Choose the column, or type a value for all lines.", name(*field))
        }
        Question::Twice(field) => format!("{}: two columns were chosen for it. Choose one.", name(*field)),
        Question::SameTitle { field, title, columns: [first, second] } => {
            let (first, second) = (letters(*first), letters(*second));
            let field = name(*field);
            format!("{field}: columns {first} and {second} are both called “{title}” and differ. Choose one below.")
        }
    }
}

fn chinese(question: &Question) -> String {
    let name = |field: model::files::field::Field| Locale::Zh.file_field(field);
    match question {
        Question::Charset(_) => "文件是哪种编码？下列文字在各编码中读作：".to_owned(),
        Question::DecimalMark { field, sample, shown_by: None, .. } => format!("{}：{sample} 是多少？", name(*field)),
        Question::DecimalMark { field, sample, shown_by: Some((_, cell)), .. } => {
            format!("{}：{sample} 是多少？另有一行是 {cell}。", name(*field))
        }
        Question::DateOrder { sample, .. } if sample.is_empty() => "日期是什么次序？各行互相矛盾。".to_owned(),
        Question::DateOrder { sample, .. } => format!("{sample} 是哪一天？"),
        Question::Sign { direction, quantity } if direction.is_empty() => {
            format!("分列的数量 {quantity} 里的负号是什么意思？")
        }
        Question::Sign { direction, quantity } => format!("“{direction}” {quantity} 里的负号是什么意思？"),
        Question::Word { word, lines } => format!("“{word}”（{} 行）：入库还是出库？", count_of(*lines)),
        Question::Blank { field, line, above } => {
            format!("第 {} 行的{}为空：是否同上，为 {above}？", count_of(*line), name(*field))
        }
        Question::LongCell { first, last, sample } => {
            let (first, last) = (count_of(*first), count_of(*last));
            format!("第 {first} 到 {last} 行是一个单元格：“{sample}”。若是多余的引号所致，请更正文件。")
        }
        Question::Sheet(_) => "有几张工作表不是空的：用哪一张？".to_owned(),
        Question::Titles { line, words } => format!("第 {} 行“{words}”：是表头，还是明细？", count_of(*line)),
        Question::Total { line, field, said, counted } => {
            let (said, counted) = (grouped(*said), grouped(*counted));
            format!("{}：第 {} 行的合计是 {said}，各行之和是 {counted}。", name(*field), count_of(*line))
        }
        Question::Missing(field) => format!("{}：没有这一列。请选择列，或填写每行相同的值。", name(*field)),
        Question::Twice(field) => format!("{}：有两列都选了它，请只选一列。", name(*field)),
        Question::SameTitle { field, title, columns: [first, second] } => {
            let (first, second) = (letters(*first), letters(*second));
            format!("{}：{first} 列和 {second} 列都叫“{title}”，内容不同。请在下面选一列。", name(*field))
        }
    }
}
