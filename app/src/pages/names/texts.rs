//! Texts of `/names`. Apart from the others: only the server makes these pages, so the browser need not be sent them.

use crate::i18n::Locale;
use crate::number::{count_of, grouped};
use crate::pages::names::view::{Column, Fault, LineFault};
use model::files::flaw::CellFlaw;
use model::ids::{IdError, MAX_ID_CHARS};
use model::names::NameOf;

/// Every text of the catalogue's pages.
#[derive(Debug)]
pub struct NamesTexts {
    pub title: &'static str,
    pub products: &'static str,
    pub warehouses: &'static str,
    pub companies: &'static str,
    /// The choice of a kind.
    pub kinds: &'static str,
    /// Beside a kind.
    pub n_unnamed: fn(&str) -> String,
    /// Badge of a row.
    pub unnamed: &'static str,
    /// Badge of a row.
    pub not_in_entries: &'static str,
    pub id: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub unit: &'static str,
    pub low_stock: &'static str,
    /// What a level is.
    pub low_stock_how: &'static str,
    /// Button of a row: so many levels.
    pub n_levels: fn(usize) -> String,
    pub level: &'static str,
    pub add_level_in: &'static str,
    /// Choice that chooses nothing.
    pub no_warehouse: &'static str,
    /// Row at the end.
    pub add: &'static str,
    pub save: &'static str,
    /// Beside the button.
    pub save_how: &'static str,
    pub saved: fn(&str) -> String,
    /// After saving what was so already.
    pub nothing_changed: &'static str,
    /// After a fault.
    pub not_saved: &'static str,
    pub find: &'static str,
    /// Beside the table: from, to, of.
    pub rows_of: fn(&str, &str, &str) -> String,
    pub previous: &'static str,
    pub next: &'static str,
    pub nothing_found: &'static str,
    pub empty: &'static str,
    /// Empty catalogue, what to do.
    pub empty_how: &'static str,
    /// Link and title.
    pub import: &'static str,
    pub export: &'static str,
    /// What a file is.
    pub import_how: &'static str,
    /// Such a file.
    pub sample: &'static str,
    pub file: &'static str,
    pub look: &'static str,
    pub do_import: &'static str,
    pub another_file: &'static str,
    /// A file's summary: new, changed, the same.
    pub would: fn(&str, &str, &str) -> String,
    /// A file with faults: so many.
    pub has_faults: fn(&str) -> String,
    /// Somebody changed names after the preview.
    pub another: &'static str,
    /// After a failure of the records.
    pub not_saved_away: &'static str,
    /// What to do.
    pub has_faults_how: &'static str,
    /// A file that changes nothing.
    pub would_nothing: &'static str,
    /// After an import.
    pub imported: fn(&str) -> String,
    pub what: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    /// Under a shortened table.
    pub and_more: fn(&str) -> String,
    pub back: &'static str,
    line: fn(u64) -> String,
    too_long: fn(&str, usize) -> String,
    control: fn(&str) -> String,
    invisible: fn(&str) -> String,
    no_level: fn(&str, &str, &str) -> String,
    unit_of: &'static str,
    away: &'static str,
    no_kind: fn(&str) -> String,
    twice: fn(&str) -> String,
    changed_since: fn(&str, &str) -> String,
    fields: fn(u64, u64) -> String,
    no_column: fn(&str) -> String,
    this_file: &'static str,
    too_large: fn(&str) -> String,
    id_empty: fn(&str) -> String,
    id_space: fn(&str) -> String,
}

const SAMPLE: &str = "kind,id,zh,en,unit,warehouse,level
product,apple,苹果,Apple,kg,,
warehouse,north,北仓,North depot,,,
low_stock,apple,,,,north,300";

const EN: NamesTexts = NamesTexts {
    title: "Names",
    products: "Products",
    warehouses: "Warehouses",
    companies: "Companies",
    kinds: "Kind",
    n_unnamed: |n| format!("{n} without a name"),
    unnamed: "no name yet",
    not_in_entries: "in no entry yet",
    id: "Id",
    zh: "Chinese",
    en: "English",
    unit: "Unit",
    low_stock: "Low stock",
    low_stock_how: "Below its level a product counts as low in that warehouse. An empty level is none.",
    n_levels: |n| match n {
        0 => "none".to_owned(),
        1 => "1 warehouse".to_owned(),
        n => format!("{n} warehouses"),
    },
    level: "Level",
    add_level_in: "Add a level in",
    no_warehouse: "choose a warehouse",
    add: "Add",
    save: "Save",
    save_how: "Saves every row of this page that you changed.",
    saved: |n| format!("Saved: {n} changed."),
    nothing_changed: "Nothing was changed.",
    not_saved: "Nothing is saved yet: something is wrong below.",
    find: "Find by name, initials or id",
    rows_of: |from, to, all| format!("{from} to {to} of {all}"),
    previous: "Previous",
    next: "Next",
    nothing_found: "Nothing has this name, these initials or this id.",
    empty: "No names yet",
    empty_how: "Ids appear here as soon as an entry brings them. Names can also be imported before.",
    import: "Import from a file",
    export: "Download as a file",
    import_how: "A CSV file in UTF-8, with the columns kind, id, zh, en, unit, warehouse, level. The kind is product, warehouse or company; \
                 low_stock sets the level of a product in a warehouse. A row replaces what is there. You are shown what \
                 it would change before anything is.",
    sample: SAMPLE,
    file: "File",
    look: "Show what it changes",
    do_import: "Import",
    another_file: "Choose another file",
    would: |added, changed, same| format!("{added} new, {changed} changed, {same} as they are."),
    has_faults: |n| format!("Nothing can be imported: {n} wrong."),
    another: "Names were changed since you looked. Nothing is imported yet; this is what the file changes now.",
    not_saved_away: "Not saved: the records do not answer now. What you typed is below; save again.",
    has_faults_how: "Correct the file and choose it again.",
    would_nothing: "The file says what the catalogue says already.",
    imported: |n| format!("Imported: {n} new or changed."),
    what: "What",
    before: "Before",
    after: "After",
    and_more: |n| format!("and {n} more"),
    back: "Back to the names",
    line: |line| format!("line {line}: "),
    too_long: |column, limit| format!("{column} is longer than {limit} characters"),
    control: |column| format!("{column} contains a control character"),
    invisible: |column| format!("{column} contains a character that cannot be seen"),
    no_level: |warehouse, text, most| {
        format!("level \u{201c}{text}\u{201d} in {warehouse} is no number from 1 to {most}")
    },
    unit_of: "only products have a unit",
    away: "The records do not answer now; try again.",
    no_kind: |text| format!("kind \u{201c}{text}\u{201d} is none of product, warehouse, company, low_stock"),
    twice: |what| format!("{what} is there already"),
    changed_since: |column, now| {
        format!("{column}: somebody changed it since; now it is \u{201c}{now}\u{201d}. Save again to replace that")
    },
    fields: |has, head| format!("{has} fields, where the first line has {head}"),
    no_column: |column| format!("the first line names no column {column}"),
    this_file: "This file",
    too_large: |most| format!("the file is larger than {most} bytes"),
    id_empty: |column| format!("{column} is empty"),
    id_space: |column| format!("{column} starts or ends with white space"),
};

const ZH: NamesTexts = NamesTexts {
    title: "名称",
    products: "产品",
    warehouses: "仓库",
    companies: "公司",
    kinds: "类别",
    n_unnamed: |n| format!("{n} 个未命名"),
    unnamed: "尚无名称",
    not_in_entries: "尚无出入库",
    id: "编号",
    zh: "中文名",
    en: "英文名",
    unit: "单位",
    low_stock: "低库存",
    low_stock_how: "某仓库的库存低于下限时，该产品在该仓库记为低库存。留空表示不设下限。",
    n_levels: |n| if n == 0 { "未设".to_owned() } else { format!("{n} 个仓库") },
    level: "下限",
    add_level_in: "新增下限，仓库",
    no_warehouse: "选择仓库",
    add: "新增",
    save: "保存",
    save_how: "保存本页所有已修改的行。",
    saved: |n| format!("已保存：{n} 处更改。"),
    nothing_changed: "没有任何更改。",
    not_saved: "尚未保存：以下内容有误。",
    find: "按名称、首字母或编号查找",
    rows_of: |from, to, all| format!("第 {from} 至 {to} 个，共 {all} 个"),
    previous: "上一页",
    next: "下一页",
    nothing_found: "没有符合该名称、首字母或编号的结果。",
    empty: "还没有名称",
    empty_how: "明细带来新编号后会立即出现在这里；也可以先导入名称。",
    import: "从文件导入",
    export: "下载为文件",
    import_how: "UTF-8 编码的 CSV 文件，列为 kind、id、zh、en、unit、warehouse、level。kind 为 product（产品）、warehouse（仓库）或 company（公司）；\
                 low_stock 设置某产品在某仓库的下限。每行会替换已有内容。导入前会先显示将更改什么。",
    sample: SAMPLE,
    file: "文件",
    look: "查看将更改什么",
    do_import: "导入",
    another_file: "另选文件",
    would: |added, changed, same| format!("新增 {added}，更改 {changed}，相同 {same}。"),
    has_faults: |n| format!("无法导入：{n} 处有误。"),
    another: "查看之后名称有更改。尚未导入；以下为文件现在将更改的内容。",
    not_saved_away: "未保存：记录库暂时没有应答。您输入的内容在下方，请再次保存。",
    has_faults_how: "请改正文件后重新选择。",
    would_nothing: "文件内容与现有名称一致。",
    imported: |n| format!("已导入：新增或更改 {n} 处。"),
    what: "对象",
    before: "更改前",
    after: "更改后",
    and_more: |n| format!("另有 {n} 处"),
    back: "返回名称",
    line: |line| format!("第 {line} 行："),
    too_long: |column, limit| format!("{column} 超过 {limit} 个字符"),
    control: |column| format!("{column} 含有控制字符"),
    invisible: |column| format!("{column} 含有看不见的字符"),
    no_level: |warehouse, text, most| format!("{warehouse} 的下限“{text}”不是 1 至 {most} 的整数"),
    unit_of: "只有产品有单位",
    away: "记录库暂时没有应答，请重试。",
    no_kind: |text| format!("kind“{text}”不是 product、warehouse、company、low_stock 之一"),
    twice: |what| format!("{what} 已存在"),
    changed_since: |column, now| format!("{column}：此后有人更改过，现为“{now}”；再次保存将覆盖"),
    fields: |has, head| format!("有 {has} 个字段，首行为 {head} 个"),
    no_column: |column| format!("首行缺少列 {column}"),
    this_file: "此文件",
    too_large: |most| format!("文件大于 {most} 字节"),
    id_empty: |column| format!("{column} 为空"),
    id_space: |column| format!("{column} 首尾有空白"),
};

impl Locale {
    /// The texts of the catalogue's pages.
    pub fn names_texts(self) -> &'static NamesTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }

    /// What is wrong in a file, and where.
    pub fn line_fault(self, it: &LineFault) -> String {
        let line = it.line.map(self.names_texts().line).unwrap_or_default();
        format!("{line}{}", self.fault(&it.fault, Column::word))
    }

    /// What is wrong with a field of the page.
    pub fn field_fault(self, fault: &Fault) -> String {
        let texts = self.names_texts();
        self.fault(fault, |column| match column {
            Column::Zh => texts.zh,
            Column::En => texts.en,
            Column::Unit => texts.unit,
            Column::Id => texts.id,
            Column::Level => texts.level,
            Column::Warehouse => texts.add_level_in,
            Column::Kind => texts.kinds,
        })
    }

    fn fault(self, fault: &Fault, word: impl Fn(Column) -> &'static str) -> String {
        let texts = self.names_texts();
        match fault {
            Fault::Id(column, why) => match why {
                IdError::Empty => (texts.id_empty)(word(*column)),
                IdError::TooLong => (texts.too_long)(word(*column), MAX_ID_CHARS),
                IdError::Control => (texts.control)(word(*column)),
                IdError::OuterSpace => (texts.id_space)(word(*column)),
            },
            Fault::TooLong(column, limit) => (texts.too_long)(word(*column), *limit),
            Fault::Control(column) => (texts.control)(word(*column)),
            Fault::Invisible(column) => (texts.invisible)(word(*column)),
            Fault::Level(warehouse, text, most) => (texts.no_level)(warehouse, text, &grouped(*most)),
            Fault::UnitOf(_) => texts.unit_of.to_owned(),
            Fault::Away => texts.away.to_owned(),
            Fault::Kind(text) => (texts.no_kind)(text),
            Fault::Twice(what) => (texts.twice)(what),
            Fault::ChangedSince(column, now) => (texts.changed_since)(word(*column), now),
            Fault::Fields(has, head) => (texts.fields)(*has, *head),
            Fault::NoColumn(column) => (texts.no_column)(word(*column)),
            Fault::File(trouble) => format!("{} {}", texts.this_file, self.file_trouble(trouble)),
            Fault::TooLarge(most) => (texts.too_large)(&count_of(*most)),
            Fault::OutsideQuotes => self.cell_flaw(&CellFlaw::OutsideQuotes),
        }
    }
}

impl NamesTexts {
    /// A kind, of many.
    pub fn kind(&self, of: NameOf) -> &'static str {
        match of {
            NameOf::Product => self.products,
            NameOf::Warehouse => self.warehouses,
            NameOf::Company => self.companies,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::names::view::MAX_NAME;

    #[test]
    fn a_fault_names_its_line_and_column_in_both_languages() {
        let it = LineFault { line: Some(7), fault: Fault::TooLong(Column::Zh, MAX_NAME) };
        assert_eq!(Locale::En.line_fault(&it), "line 7: zh is longer than 128 characters");
        assert_eq!(Locale::Zh.line_fault(&it), "第 7 行：zh 超过 128 个字符");
    }
}
