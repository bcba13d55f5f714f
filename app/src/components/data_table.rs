//! A data table in a region that scrolls sideways on a narrow screen, and that the keyboard reaches (responsive table).

use leptos::prelude::*;

/// The title of a column. `leaves`: when it leaves a narrow screen, `3` first, then `2`; `class`: `num` of figures.
pub fn column(title: &'static str, leaves: Option<&'static str>, class: &'static str) -> AnyView {
    view! {
        <th scope="col" data-p=leaves class=class>
            {title}
        </th>
    }
    .into_any()
}

/// The table: titles of columns, and lines. `labelled_by`: the id of its heading.
pub fn data_table(labelled_by: &'static str, columns: impl IntoView, lines: impl IntoView) -> AnyView {
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-labelledby=labelled_by>
            <table class="table">
                <thead>
                    <tr>{columns.into_view()}</tr>
                </thead>
                <tbody>{lines.into_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
