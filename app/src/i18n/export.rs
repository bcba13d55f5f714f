//! Texts of exported files, and of the links to them.

use super::Locale;

#[derive(Debug)]
pub struct ExportTexts {
    /// Before the links.
    pub export: &'static str,
    /// So many rows of so many.
    pub running_of: &'static str,
    /// So many rows.
    pub running: &'static str,
    pub done: &'static str,
    pub failed: &'static str,
    /// Name of a sheet and of a file.
    pub records: &'static str,
    /// Name of a sheet and of a file.
    pub statistics: &'static str,
    /// The titles of the columns of entries.
    pub entry_titles: [&'static str; 16],
    /// Of the column beside a name.
    pub id_of: fn(&str) -> String,
}

// `{rows}` and `{all}` are put in by the page's script.
const EN: ExportTexts = ExportTexts {
    export: "Export",
    running_of: "{rows} of {all} rows",
    running: "{rows} rows",
    done: "{rows} rows exported",
    failed: "The export was not finished. Try again.",
    records: "Records",
    statistics: "Statistics",
    entry_titles: [
        "Business time",
        "Bill",
        "Line",
        "Product id",
        "Product",
        "Warehouse id",
        "Warehouse",
        "Company id",
        "Company",
        "Direction",
        "Quantity",
        "Kind",
        "Description",
        "Partition",
        "Offset",
        "Recorded at",
    ],
    id_of: |kind| format!("{kind} id"),
};

const ZH: ExportTexts = ExportTexts {
    export: "导出",
    running_of: "{rows} / {all} 行",
    running: "{rows} 行",
    done: "已导出 {rows} 行",
    failed: "导出未完成，请重试。",
    records: "明细",
    statistics: "统计",
    entry_titles: [
        "业务时间",
        "单据",
        "行号",
        "产品编号",
        "产品",
        "仓库编号",
        "仓库",
        "公司编号",
        "公司",
        "方向",
        "数量",
        "类型",
        "说明",
        "分区",
        "偏移",
        "记录时间",
    ],
    id_of: |kind| format!("{kind}编号"),
};

impl Locale {
    /// The texts of exports.
    pub fn export_texts(self) -> &'static ExportTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
