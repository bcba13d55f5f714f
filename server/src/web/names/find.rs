//! `GET /api/v1/ids?of=&find=`: ids by name, initials or id, for filters.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use model::faults::{FieldFault, Why};
use model::live::Named;
use model::names::{Name, NameOf};
use model::period::{About, Form, Unclear};
use model::time::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::finds;
use crate::live::Hub;
use crate::web::Web;
use crate::web::http::params::Params;
use crate::web::http::problem::Problem;
use base::business_time::BusinessTime;
use records::{Error, Names, Records};

/// The most that one search brings.
const MAX_FOUND: usize = 20;
/// The most characters that are looked for.
const MAX_TEXT: usize = 64;

/// An exact name or id is looked for among so many.
const MAX_LOOKED_AT: usize = 1000;
/// The most that a text which is not clear is shown to find.
const MAX_UNCLEAR: usize = 12;

/// An id and its name.
pub fn named(names: &Names, of: NameOf, id: &str) -> Named {
    let name = names.get(&of).and_then(|it| it.get(id)).cloned().unwrap_or_default();
    Named { id: id.to_owned(), name }
}

/// A text in a filter that may mean several ids, or none: a page asks which, a script or a file cannot.
pub fn not_clear(it: &Unclear) -> FieldFault {
    FieldFault { field: it.of.as_str().to_owned(), why: Why::UnknownId(it.typed.clone()) }
}

/// Finds ids. Cheap to clone.
#[derive(Clone)]
pub struct Finder {
    /// Who holds stock, and names.
    pub hub: Hub,
    /// Which companies there are.
    pub records: Records,
}

impl Finder {
    /// The names that pages show.
    pub fn names(&self) -> Arc<Names> {
        self.hub.names()
    }

    /// A question as its form shows it; what was typed into filters is found, and added to them where it is clear.
    pub async fn form(
        &self,
        about: &mut About,
        typed: Vec<(NameOf, String)>,
        period: Option<&Range<Millis>>,
        zone: BusinessTime,
        faults: Vec<FieldFault>,
    ) -> Result<Form, Error> {
        let mut form = Form { faults, ..Form::default() };
        for (of, typed) in typed {
            match self.meant(of, &typed).await? {
                Ok(id) => about.filter.add(of, &id),
                Err(found) => form.unclear.push(Unclear { of, typed, found }),
            }
        }
        let names = self.names();
        for of in [NameOf::Warehouse, NameOf::Product, NameOf::Company] {
            form.chosen.extend(about.filter.ids(of).into_iter().map(|id| (of, named(&names, of, id))));
        }
        if let Some(period) = period {
            (form.from, form.to) = (zone.field(period.start), zone.field(period.end));
        }
        Ok(form)
    }

    /// The fields of ids that no entry has, but for those that have a name: these are known.
    pub fn unknown(&self, ids: Vec<(NameOf, String)>) -> Vec<FieldFault> {
        let names = self.names();
        ids.into_iter()
            .filter(|(of, id)| names.get(of).is_none_or(|it| !it.contains_key(id)))
            .map(|(of, id)| FieldFault { field: format!("{}_id", of.as_str()), why: Why::UnknownId(id) })
            .collect()
    }

    /// The id that a text means: one that it is, or the only one that it finds. Else what it finds.
    async fn meant(&self, of: NameOf, typed: &str) -> Result<Result<String, Vec<Named>>, Error> {
        let mut found = self.find(of, typed, MAX_LOOKED_AT).await?;
        let is_it =
            |it: &&Named| it.id == typed || [&it.name.zh, &it.name.en].into_iter().flatten().any(|it| it == typed);
        let mut exact = found.iter().filter(is_it);
        let (one, another) = (exact.next().cloned(), exact.next().cloned());
        match (one, another, &found[..]) {
            (Some(one), None, _) => Ok(Ok(one.id)),
            (None, None, [one]) => Ok(Ok(one.id.clone())),
            _ => {
                found.truncate(MAX_UNCLEAR);
                Ok(Err(found))
            }
        }
    }

    /// What a text finds, at most so many: the largest first, then what holds no stock, by id.
    pub async fn find(&self, of: NameOf, text: &str, most: usize) -> Result<Vec<Named>, Error> {
        let held = self.hub.find(of, text, most);
        let mut found: Vec<Named> = held.into_iter().map(|it| Named { id: it.id, name: it.name }).collect();
        let names = self.names();
        let of_kind = names.get(&of);
        let mut ids: BTreeSet<&str> = of_kind.iter().flat_map(|it| it.keys()).map(String::as_str).collect();
        let companies = if of == NameOf::Company { self.records.companies().await? } else { BTreeSet::new() };
        ids.extend(companies.iter().map(String::as_str));
        let wanted = text.trim().to_lowercase();
        for id in ids {
            if found.len() >= most {
                break;
            }
            let name = of_kind.and_then(|it| it.get(id));
            if finds(&wanted, id, name) && !found.iter().any(|it| it.id == id) {
                found.push(Named { id: id.to_owned(), name: name.cloned().unwrap_or_default() });
            }
        }
        Ok(found)
    }
}

/// One that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundId {
    id: String,
    #[serde(flatten)]
    name: Name,
}

/// What was found, the largest stock first.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundIds {
    items: Vec<FoundId>,
}

/// Finds ids by name, initials or id; at most 20.
#[utoipa::path(
    get, path = "/ids", operation_id = "find_ids", tag = "names",
    params(
        ("of" = NameOf, Query, description = "What is looked for."),
        ("find" = Option<String>, Query, description = "A part of a name, its initials, or of an id.", max_length = 64),
    ),
    responses((status = OK, description = "What was found.", body = FoundIds), Problem),
)]
pub async fn get(State(web): State<Web>, RawQuery(query): RawQuery) -> Result<Json<FoundIds>, Problem> {
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let kinds = [NameOf::Warehouse, NameOf::Product, NameOf::Company].map(|it| (it.as_str(), it));
    let of = params.needed_word("of", &kinds);
    let text = params.text("find", MAX_TEXT).unwrap_or_default();
    let faults = params.faults();
    let (Some(of), true) = (of, faults.is_empty()) else { return Err(Problem::faults(&faults)) };
    let found = web.finder().find(of, &text, MAX_FOUND).await.map_err(Problem::unavailable("a search"))?;
    Ok(Json(FoundIds { items: found.into_iter().map(|it| FoundId { id: it.id, name: it.name }).collect() }))
}
