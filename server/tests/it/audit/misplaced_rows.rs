//! Rows in tables where they do not belong.

use model::audit::Scope;
use model::audit::replay::BillKind;
use tallyhouse::audit::Confirmed;

use crate::audit::replays::{audit, bill, ends_right, replay, said, system};

/// In a table of its own for each product: it says that it is of another one, which comes before, after, or never was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_another_product_goes_from_where_it_is() {
    for (product, other, number, edit) in [
        ("p1", "p0", 7, "UPDATE t_p1_20250310 SET product_id = 'p0' WHERE bill_id = 'bill 7'"),
        ("p0", "p1", 6, "UPDATE t_p0_20250310 SET product_id = 'p1' WHERE bill_id = 'bill 6'"),
        ("p1", "p9", 7, "UPDATE t_p1_20250310 SET product_id = 'p9' WHERE bill_id = 'bill 7'"),
    ] {
        let system = system().await;
        system.sql(edit).await;
        let failed = audit(&system, Scope::Full).await;
        assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 2), "{edit}");
        let (replayed, bills) = replay(&system, failed.id).await;
        let (id, quantity) = (format!("bill {number}"), Some(number + 1));
        let expected = [bill(BillKind::Missing, &id, quantity, None), bill(BillKind::Extra, &id, None, quantity)];
        assert_eq!(said(&bills), expected, "{edit}");
        let table = format!("t_{product}_20250310");
        let places: Vec<_> = bills.iter().map(|it| (it.product_id.as_str(), it.found_in.as_deref())).collect();
        assert_eq!(places, [(product, None), (other, Some(table.as_str()))]);
        assert_eq!(system.parts.replayer().confirm(replayed, "test").await.unwrap(), Confirmed::Done);
        ends_right(&system).await;
        system.end().await;
    }
}
