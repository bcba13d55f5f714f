//! Language and theme: by cookie, else by what the browser asks for. The switches are buttons of a plain form that set the cookie and
//! come back, so they work without script.

use app::i18n::Locale;
use app::theme::Theme;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const LANGUAGE: &str = "tallyhouse_lang";
const THEME: &str = "tallyhouse_theme";

/// The language of a request.
pub fn locale(headers: &HeaderMap) -> Locale {
    cookie(headers, LANGUAGE).and_then(Locale::parse).unwrap_or_else(|| {
        Locale::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default())
    })
}

/// The theme somebody chose, if they did.
pub fn theme(headers: &HeaderMap) -> Option<Theme> {
    cookie(headers, THEME).and_then(Theme::parse)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

pub async fn choose_language(Path(tag): Path<String>, headers: HeaderMap) -> Response {
    remember(LANGUAGE, Locale::parse(&tag).map(Locale::tag), &headers)
}

pub async fn choose_theme(Path(word): Path<String>, headers: HeaderMap) -> Response {
    remember(THEME, Theme::parse(&word).map(Theme::word), &headers)
}

/// Only words of ours reach the cookie, and only our own pages are gone back to.
fn remember(name: &str, value: Option<&'static str>, headers: &HeaderMap) -> Response {
    let Some(value) = value else { return StatusCode::NOT_FOUND.into_response() };
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let back = back_to(headers);
    match (HeaderValue::try_from(cookie), HeaderValue::try_from(back)) {
        (Ok(cookie), Ok(back)) => {
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, back)]).into_response()
        }
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The path of the page that sent this, if it is one of ours; else `/`.
fn back_to(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|it: &HeaderValue| it.to_str().ok());
    let (Some(referer), Some(host)) = (text(header::REFERER), text(header::HOST)) else { return "/".to_owned() };
    match url::Url::parse(referer) {
        Ok(url) if url.host_str().is_some() && authority(&url) == host => {
            let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
            // One slash: two would begin the name of another host.
            format!("/{}{query}", url.path().trim_start_matches(['/', '\\']))
        }
        _ => "/".to_owned(),
    }
}

fn authority(url: &url::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_cookie_wins_over_the_header() {
        let asked = (header::ACCEPT_LANGUAGE, "en");
        assert_eq!(locale(&headers(std::slice::from_ref(&asked))), Locale::En);
        assert_eq!(locale(&headers(&[asked, (header::COOKIE, "x=1; tallyhouse_lang=zh-CN")])), Locale::Zh);
        assert_eq!(theme(&headers(&[(header::COOKIE, "tallyhouse_theme=dark")])), Some(Theme::Dark));
    }

    #[test]
    fn the_way_back_stays_on_our_pages() {
        let host = (header::HOST, "localhost:3000");
        for (referer, back) in [
            ("http://localhost:3000/records?x=1", "/records?x=1"),
            ("http://evil.example/records", "/"),
            ("//evil.example", "/"),
            ("http://localhost:3000//evil.example/login", "/evil.example/login"),
            ("http://localhost:3000/\\evil.example/login", "/evil.example/login"),
        ] {
            assert_eq!(back_to(&headers(&[host.clone(), (header::REFERER, referer)])), back);
        }
    }
}
