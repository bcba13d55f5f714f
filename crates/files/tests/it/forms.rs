//! Forms of the trade: what ERPs and shops export, and what clerks type.

use crate::harness::{assert_csv, outcome};

#[test]
fn kingdee_receipts_and_issues() {
    let text = "出入库明细表,,,,,,,\n期间：2026-03,,,,,,,\n日期,单据编号,物料编码,物料名称,仓库,核算组织,收入数量,发出数量\n\
                2026/3/1,RK-1,SP001,苹果,w1,c1,\"1,200\",\n2026/3/2,CK-1,SP001,苹果,w1,c1,,24\n合计,,,,,,\"1,200\",24\n";
    let said = outcome("x.csv", text.as_bytes(), &[("number.quantity_in", "point")]);
    assert_eq!(
        said,
        [
            "1 above",
            "2 above",
            "4 in 1200 SP001 w1 c1 RK-1 2026-03-01 00:00:00",
            "5 out 24 SP001 w1 c1 CK-1 2026-03-02 00:00:00",
            "6 total",
        ]
    );
}

#[test]
fn yonyou_with_categories_of_receipts() {
    let text = "单据日期\t单据号\t存货编码\t存货名称\t仓库编码\t收发类别\t数量\t单位\n\
                2026-03-01\tRK1\tSP001\t苹果\tw1\t采购入库\t5\t箱\n2026-03-01\tCK1\tSP001\t苹果\tw1\t销售出库\t2\t箱\n\
                2026-03-01\tTH1\tSP001\t苹果\tw1\t退货\t1\t箱\n";
    let said = outcome("x.txt", text.as_bytes(), &[("value.company_id", "c1")]);
    assert_eq!(
        said,
        [
            "2 in 5 SP001 w1 c1 RK1 2026-03-01 00:00:00",
            "3 out 2 SP001 w1 c1 CK1 2026-03-01 00:00:00",
            "4 waits",
            "? word.退货",
        ]
    );
    let said = outcome("x.txt", text.as_bytes(), &[("value.company_id", "c1"), ("word.退货", "in")]);
    assert_eq!(said[2], "4 in 1 SP001 w1 c1 TH1 2026-03-01 00:00:00");
}

#[test]
fn sap_material_documents() {
    let text = "Plant;Storage Location;Material;Movement Type;Material Document;Material Doc.Item;Posting Date;Qty in Un. of Entry\n\
                1000;w1;SP001;101;5000000001;1;01.03.2026;10,000\n1000;w1;SP001;601;4900000001;2;13.03.2026;4,000-\n";
    let said = outcome("x.csv", text.as_bytes(), &[("value.company_id", "1000"), ("number.quantity", "comma")]);
    assert_eq!(
        said,
        [
            "2 in 10 SP001 w1 1000 5000000001 1 2026-03-01 00:00:00",
            "3 out 4 SP001 w1 1000 4900000001 2 2026-03-13 00:00:00",
        ]
    );
}

#[test]
fn erpnext_stock_ledger() {
    let text = "Date,Item Code,Item Name,Warehouse,In Qty,Out Qty,Balance Qty,Voucher Type,Voucher No,Company\n\
                2026-03-01 08:05:00,SP001,Apple,w1,5,0,5,Purchase Receipt,PR-1,c1\n2026-03-01 09:05:00,SP001,Apple,w1,0,-2,3,Delivery Note,DN-1,c1\n";
    assert_csv(
        text,
        &[],
        &["2 in 5 SP001 w1 c1 PR-1 2026-03-01 08:05:00", "3 out 2 SP001 w1 c1 DN-1 2026-03-01 09:05:00"],
    );
}

#[test]
fn odoo_moves_lack_a_direction_and_wait_for_a_company() {
    let text = "Date,Reference,Product,From,To,Quantity\n2026-03-01 08:05:00,WH/IN/00001,SP001,Vendors,w1,5\n";
    assert_csv(text, &[], &["2 waits", "? value.warehouse_id", "? value.company_id", "? value.drcr"]);
    let choices = [("value.warehouse_id", "w1"), ("value.company_id", "c1"), ("value.drcr", "in")];
    assert_csv(text, &choices, &["2 in 5 SP001 w1 c1 WH/IN/00001 2026-03-01 08:05:00"]);
}

#[test]
fn shopify_orders() {
    let text = "Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem sku,Location\n\
                #1001,a@example.com,2026-03-01 08:05:00 +0800,2,Apple,SP001,w1\n";
    let said = outcome("x.csv", text.as_bytes(), &[("value.company_id", "shop"), ("value.drcr", "out")]);
    assert_eq!(said, ["2 out 2 SP001 w1 shop #1001 2026-03-01T08:05:00+08:00"]);
}

#[test]
fn empty_cells_under_a_merged_one_are_asked() {
    let text = "日期,单据号,产品,仓库,公司,方向,数量\n2026-03-01,B-1,p1,w1,c1,入库,5\n,,p2,w1,c1,入库,6\n";
    assert_csv(text, &[], &["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00", "3 waits", "? blank"]);
    let said = outcome("x.csv", text.as_bytes(), &[("blank", "above")]);
    assert_eq!(said[1], "3 in 6 p2 w1 c1 B-1 2026-03-01 00:00:00");
    assert_eq!(outcome("x.csv", text.as_bytes(), &[("blank", "empty")])[1], "3 in 6 p2 w1 c1");
}

#[test]
fn a_person_says_where_the_fields_are() {
    let text = "w,n,p,h,q,c\n2026-03-02 09:00:00,B-1,p1,w1,-4,c1\n";
    let fields = ["create_time", "bill_id", "product_id", "warehouse_id", "quantity", "company_id"];
    let names: Vec<String> = (1..=6).map(|it| format!("column.{it}")).collect();
    let choices: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(fields).collect();
    assert_csv(text, &choices, &["2 out 4 p1 w1 c1 B-1 2026-03-02 09:00:00"]);
    let twice = [&choices[..], &[("column.6", "product_id")]].concat();
    assert_csv(text, &twice, &["2 waits", "? column", "? value.company_id"]);
}

#[test]
fn a_group_that_begins_with_a_line_that_is_refused_is_not_that_of_the_line_above() {
    let head = "单据号,日期,产品,仓库,公司,方向,数量";
    let text =
        format!("{head}\nB1,2026-03-01,p,w1,c1,in,5\nB2,2026-03-01,q,w1,c1,in,1,200\n,2026-03-01,r,w1,c1,in,3\n");
    let said = outcome("x.csv", text.as_bytes(), &[("blank", "above")]);
    assert_eq!(said[2], "4 in 3 r w1 c1 2026-03-01 00:00:00", "without a bill: the decoder refuses it");
}

#[test]
fn an_odd_word_among_kinds_is_a_fault_of_its_line() {
    let text =
        "单据号,日期,产品,仓库,公司,方向,数量,类型\nB1,2026-03-01,p,w1,c1,in,5,期初\nB2,2026-03-01,p,w1,c1,in,5,其他\n";
    assert_csv(
        text,
        &[],
        &["2 in 5 p w1 c1 B1 2026-03-01 00:00:00 opening", "3 ! kind is none of bill, opening, adjust: 其他"],
    );
}

#[test]
fn two_columns_of_one_title_are_asked_about_where_they_differ() {
    let text = |first: u8, second: u8| {
        format!("日期,仓库,公司,单据号,产品,方向,数量,数量\n2026-03-01,w1,c1,B-1,p1,入库,{first},{second}\n")
    };
    assert_csv(&text(5, 5), &[], &["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00"]);
    assert_csv(&text(5, 6), &[], &["2 waits", "? column"]);
    let chosen = ["create_time", "warehouse_id", "company_id", "bill_id", "product_id", "drcr", "none", "quantity"];
    let names: Vec<String> = (1..=8).map(|it| format!("column.{it}")).collect();
    let chosen: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(chosen).collect();
    assert_csv(&text(5, 6), &chosen, &["2 in 6 p1 w1 c1 B-1 2026-03-01 00:00:00"]);
}

#[test]
fn a_unit_in_a_column_of_its_own_is_heeded() {
    let text = "日期,仓库,公司,单据号,产品,方向,数量,单位\n\
        2026-03-01,w1,c1,B-1,p1,入库,5,箱\n2026-03-01,w1,c1,B-2,p1,入库,6,箱\n\
        2026-03-01,w1,c1,B-3,p1,出库,7,瓶\n2026-03-01,w1,c1,B-4,p2,入库,8,瓶\n2026-03-01,w1,c1,B-5,p1,入库,9,\n";
    assert_csv(
        text,
        &[],
        &[
            "2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00",
            "3 in 6 p1 w1 c1 B-2 2026-03-01 00:00:00",
            "4 ! quantity is in 瓶, and in other lines of the same product in 箱",
            "5 in 8 p2 w1 c1 B-4 2026-03-01 00:00:00",
            "6 in 9 p1 w1 c1 B-5 2026-03-01 00:00:00",
        ],
    );
    // One unit for all lines says nothing, but for a line that has another one beside its number.
    let text = "日期,仓库,公司,单据号,产品,方向,数量,单位\n\
        2026-03-01,w1,c1,B-1,p1,入库,5 箱,PCS\n2026-03-01,w1,c1,B-2,p1,入库,6,pcs\n2026-03-01,w1,c1,B-3,p1,入库,7,PCS\n";
    assert_csv(
        text,
        &[],
        &[
            "2 ! quantity is in 箱, and in other lines of the same product in pcs",
            "3 in 6 p1 w1 c1 B-2 2026-03-01 00:00:00",
            "4 in 7 p1 w1 c1 B-3 2026-03-01 00:00:00",
        ],
    );
    // A customer is called 单位 too.
    let text = "日期,仓库,公司,单据号,产品,方向,数量,单位\n\
        2026-03-01,w1,c1,B-1,p1,入库,5,上海某某贸易有限公司\n2026-03-01,w1,c1,B-2,p1,入库,6,北京某某贸易有限公司\n";
    let wanted = ["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00", "3 in 6 p1 w1 c1 B-2 2026-03-01 00:00:00"];
    assert_csv(text, &[], &wanted);
}

#[test]
fn a_word_of_a_person_wins_over_a_guess() {
    let text = "单据号,日期,产品,仓库,公司,方向,数量\nB1,2026-03-01,p,w1,c1,in,5\n";
    assert_csv(text, &[("value.company_id", "acme")], &["2 in 5 p w1 acme B1 2026-03-01 00:00:00"]);
}

#[test]
fn our_own_export_in_both_languages() {
    for (head, way, kind) in [
        (
            "业务时间,单据,行号,产品编号,产品,仓库编号,仓库,公司编号,公司,方向,数量,类型,说明,分区,偏移,记录时间",
            "出库",
            "单据",
        ),
        (
            "Business time,Bill,Line,Product id,Product,Warehouse id,Warehouse,Company id,Company,Direction,Quantity,Kind,Description,Partition,Offset,Recorded at",
            "Out",
            "Bill",
        ),
    ] {
        let text = format!(
            "\u{feff}{head}\r\n2026-03-01 08:05:00.250,B-1,2,SP001,苹果,w1,浦东仓,c1,C,{way},-5,{kind},note,3,17,2026-03-01 08:05:01\r\n"
        );
        assert_csv(&text, &[], &["2 out 5 SP001 w1 c1 B-1 2 2026-03-01 08:05:00.250 bill note"]);
    }
}
