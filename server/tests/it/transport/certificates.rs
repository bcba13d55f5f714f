//! Certificates of X.509, and an authority that signs them.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It is of this machine, and signed by the authority.
    None,
    /// Its time is over.
    Expired,
    /// Nobody signed it but itself.
    SelfSigned,
    /// It is of another host.
    OtherName,
}

/// All of them that a client must refuse.
pub const FLAWS: [Flaw; 3] = [Flaw::Expired, Flaw::SelfSigned, Flaw::OtherName];

/// An authority, whose certificate is in a file.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: PathBuf,
    /// File of its certificate, PEM.
    pub file: PathBuf,
}

/// Files of a certificate and its key, PEM.
pub struct Files {
    /// File of the certificate.
    pub certificate: PathBuf,
    /// File of its key.
    pub key: PathBuf,
    /// File of both, the key first.
    pub both: PathBuf,
}

impl Authority {
    /// A new one, with its files in a folder.
    pub fn new(folder: &Path) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        let key = KeyPair::generate().unwrap();
        let file = folder.join("authority.pem");
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { issuer: Issuer::new(params, key), folder: folder.to_owned(), file }
    }

    /// A certificate of this machine, but for its flaw, in files of this name.
    pub fn certify(&self, name: &str, flaw: Flaw) -> Files {
        let hosts = match flaw {
            Flaw::OtherName => vec!["another.example".to_owned()],
            _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        };
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(if flaw == Flaw::Expired { 2021 } else { 2100 }, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = match flaw {
            Flaw::SelfSigned => params.self_signed(&key),
            _ => params.signed_by(&key, &self.issuer),
        };
        let (certificate, key) = (certificate.unwrap().pem(), key.serialize_pem());
        let write = |end: &str, text: &str| {
            let path = self.folder.join(format!("{name}.{end}"));
            std::fs::write(&path, text).unwrap();
            path
        };
        Files {
            certificate: write("crt", &certificate),
            key: write("key", &key),
            both: write("pem", &format!("{key}{certificate}")),
        }
    }
}
