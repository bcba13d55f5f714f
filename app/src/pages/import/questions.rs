//! What nothing in a file settles, each question with its answers as links: one press answers it.

use leptos::prelude::*;
use model::files::choices::Way;
use model::files::field::Field;
use model::files::question::Question;

use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::import::view::ImportQuery;

/// An answer: its words, and the choice it makes.
type Option_ = (String, String);

/// The panel; nothing where nothing is asked.
pub fn questions(questions: &[Question], query: &ImportQuery) -> AnyView {
    if questions.is_empty() {
        return ().into_any();
    }
    let texts = locale().import_texts();
    view! {
        <section class="panel questions" aria-labelledby="questions">
            <header>
                <h2 id="questions">{texts.questions}</h2>
                <span class="badge" data-tone="warn">
                    {count_of(questions.len())}
                </span>
                <span class="sub">{texts.questions_how}</span>
            </header>
            <ul class="body">{questions.iter().map(|it| question(it, query)).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn question(it: &Question, query: &ImportQuery) -> AnyView {
    let links = answers(it).into_iter().map(|(words, value)| {
        view! {
            <a class="btn small" href=query.with(&it.answered_by(), &value).url()>
                {words}
            </a>
        }
    });
    // A count has a field of its own for the company, and links for its columns.
    let typed = match it {
        Question::Missing(field) if !query.is_count || *field == Field::TimeOfDay => Some(missing(*field)),
        _ => None,
    };
    view! {
        <li data-ask=it.answered_by()>
            <span>{locale().question(it)}</span>
            <span class="line">{links.collect_view()} {typed}</span>
        </li>
    }
    .into_any()
}

/// A value for all lines, typed; it belongs to the form `reading`.
fn missing(field: Field) -> AnyView {
    let texts = locale().import_texts();
    view! {
        <span class="control small">
            <input
                form="reading"
                name=format!("value.{}", field.as_str())
                aria-label=(texts.value_of)(locale().file_field(field))
                autocomplete="off"
            />
        </span>
        <button class="btn small" form="reading">
            {texts.look_again}
        </button>
    }
    .into_any()
}

/// The answers, each with the value of its choice. A field that is missing is typed instead.
fn answers(it: &Question) -> Vec<Option_> {
    let texts = locale().import_texts();
    match it {
        Question::Charset(all) => all
            .iter()
            .map(|(it, sample)| (format!("{}: {sample}", locale().charset(*it)), it.as_str().to_owned()))
            .collect(),
        Question::DecimalMark { meanings, .. } => {
            meanings.iter().map(|(mark, number)| (number.clone(), mark.as_str().to_owned())).collect()
        }
        Question::DateOrder { meanings, .. } => {
            let words =
                |it: &str, order| if it.is_empty() { locale().date_order(order).to_owned() } else { it.to_owned() };
            meanings.iter().map(|(order, day)| (words(day, *order), order.as_str().to_owned())).collect()
        }
        Question::Sign { .. } => {
            [(texts.sign_repeats, "repeats"), (texts.sign_reverses, "reverses")].map(owned).to_vec()
        }
        Question::Word { .. } => {
            [(texts.way_in, Way::In.as_str()), (texts.way_out, Way::Out.as_str())].map(owned).to_vec()
        }
        Question::Blank { .. } => [(texts.blank_above, "above"), (texts.blank_empty, "empty")].map(owned).to_vec(),
        Question::LongCell { .. } => [(texts.is_one_cell, "long")].map(owned).to_vec(),
        Question::Sheet(names) => names.iter().map(|it| (it.clone(), it.clone())).collect(),
        Question::Titles { line, .. } => {
            vec![
                (texts.they_are_titles.to_owned(), line.to_string()),
                (texts.it_is_an_entry.to_owned(), "0".to_owned()),
            ]
        }
        Question::Total { .. } => [(texts.ignore_totals, "ignore")].map(owned).to_vec(),
        Question::Missing(_) | Question::Twice(_) | Question::SameTitle { .. } => Vec::new(),
    }
}

fn owned((words, value): (&'static str, &'static str)) -> Option_ {
    (words.to_owned(), value.to_owned())
}
