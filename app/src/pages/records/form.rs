//! What is asked for.

use leptos::prelude::*;

use crate::components::filters::{choices, fields, filters_script};
use crate::i18n::locale;
use crate::pages::records::view::RecordsPage;
use model::entry::Kind;
use model::quantity::Direction;

/// The form; its state is the URL that it makes.
pub fn form(page: &RecordsPage) -> AnyView {
    let (texts, shared) = (locale().records_texts(), locale().statistics_texts());
    let query = &page.query;
    let directions = vec![
        ("", texts.both, query.direction.is_none()),
        ("in", (texts.direction_of)(Direction::In), query.direction == Some(Direction::In)),
        ("out", (texts.direction_of)(Direction::Out), query.direction == Some(Direction::Out)),
    ];
    let kinds = [Kind::Bill, Kind::Opening, Kind::Adjust]
        .map(|it| (it.as_str(), (texts.kind_of)(it), query.kinds.contains(&it)))
        .to_vec();
    let words = |name: &'static str, label: &'static str, value: &str, most: &'static str, how: &'static str| {
        let wrong = page.form.faults.iter().any(|it| it.field == name).then_some("true");
        view! {
            <label class="field">
                <span>{label}</span>
                <span class="control" aria-invalid=wrong>
                    <input type="search" name=name value=value.to_owned() maxlength=most placeholder=how aria-invalid=wrong />
                </span>
            </label>
        }
        .into_any()
    };
    view! {
        <form class="filters" method="get" action="/records" aria-label=shared.filters data-filters="">
            {fields(&query.about, &page.form, |about| query.but(|it| it.about = about).url())}
            {words("bill_id", texts.bill, &query.bill, "64", "")}
            {words("text", texts.text, &query.text, "128", texts.text_how)}
            {choices(texts.direction, "radio", "direction", directions)}
            {choices(texts.kinds, "checkbox", "kind", kinds)}
            <div class="field">
                <button class="btn primary">{shared.show}</button>
            </div>
        </form>
        {filters_script()}
    }
    .into_any()
}
