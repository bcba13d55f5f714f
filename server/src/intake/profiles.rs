//! Profiles of files: the choices that were kept under a name, as a base for what a person says of the next file.

use files::open;
use model::files::choices::Choices;
use records::{ImportProfile, fingerprint};

use super::{Error, Intake};
use crate::file_reading::apart;

/// The most ways in which a file is opened to find a profile that fits.
const MAX_SHAPES: usize = 6;

/// Choices of a profile. It was written in the notation of URLs; what is no choice any more is an error of the records.
fn choices(profile: &ImportProfile) -> Result<Choices, Error> {
    let (choices, bad) = Choices::read(url::form_urlencoded::parse(profile.choices.as_bytes()));
    match bad.first() {
        None => Ok(choices),
        Some(bad) => Err(records::Error::Inconsistent(format!("profile {:?}: {bad}", profile.name)).into()),
    }
}

/// Choices in the notation of URLs.
fn written(choices: &Choices) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(choices.fields()).finish()
}

impl Intake {
    /// What a person says, on the base of an import profile; an empty name, or `none`, leaves it as it is. `None`: there is no such profile.
    pub async fn with_profile(&self, name: &str, said: Choices) -> Result<Option<Choices>, Error> {
        if name.is_empty() || name == "none" {
            return Ok(Some(said));
        }
        let profiles = self.records.profiles().await?;
        let found = profiles.iter().find(|it| it.name == name);
        Ok(found.map(choices).transpose()?.map(|base| said.or(base)))
    }

    /// Name of the profile that was made for the titles of a file, the most used of them. `None`: there is none, or the file cannot be read.
    pub async fn fitting_profile(&self, name: &str, bytes: Vec<u8>) -> Result<Option<String>, Error> {
        let profiles = self.records.profiles().await?;
        if profiles.is_empty() {
            return Ok(None);
        }
        let name = name.to_owned();
        let bases = profiles.iter().map(choices).collect::<Result<Vec<_>, _>>()?;
        let fits = apart(move || {
            // Each is tried as it reads the file: its own line of titles, its own encoding. Profiles that read it alike are tried once.
            let mut tried: Vec<(Choices, Option<String>)> = Vec::new();
            let shape = |it: &Choices| Choices {
                charset: it.charset,
                separator: it.separator,
                head: it.head,
                ..Choices::default()
            };
            for base in &bases {
                let shape = shape(base);
                if tried.len() < MAX_SHAPES && !tried.iter().any(|it| it.0 == shape) {
                    let titles = open(&name, &bytes, &shape).ok().flatten().map(|it| fingerprint(&it.titles()));
                    tried.push((shape, titles));
                }
            }
            let titles = |base: &Choices| tried.iter().find(|it| it.0 == shape(base)).and_then(|it| it.1.clone());
            Ok(bases.iter().map(titles).collect::<Vec<_>>())
        });
        let fits = fits.await.unwrap_or_default();
        let fitting = profiles.into_iter().zip(fits).find(|(profile, titles)| titles.as_ref() == Some(&profile.titles));
        Ok(fitting.map(|(profile, _)| profile.name))
    }

    /// Keeps how a file was read under a name; `false`: there are too many.
    pub async fn keep_profile(&self, name: &str, titles: &[String], said: &Choices, who: &str) -> Result<bool, Error> {
        Ok(self.records.keep_profile(name, titles, &written(said), who).await?)
    }
}
