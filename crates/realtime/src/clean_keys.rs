//! Clean keys: looked at before an audit settles them. Most keys of most audits are clean: nothing came to them since they were settled last, and
//! they agree. Nothing has to be written to those, so that a script that only reads does, which takes Redis half as long.

use super::{Compared, Error, May, Realtime, keys};

impl Realtime {
    /// The keys among these that are clean, and agree with the records: [`Realtime::settle`] would change nothing, and say so. Read one by one
    /// at any time after the cut: a key to which nothing came is as it was at the cut. Redis answers nobody else meanwhile, so a
    /// hundred or so.
    pub async fn check_clean(&self, run: &str, compared: &[Compared]) -> Result<Vec<bool>, Error> {
        let doing = "looking at keys";
        if compared.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = self.scripts.clean.prepare_invoke();
        call.arg(run);
        for it in compared {
            call.key(self.keys.stock(&keys::member(&it.key)));
            call.arg(&it.rrs[..]);
        }
        let mut redis = self.connection(doing).await?;
        let touched: Vec<usize> = call.invoke_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        let mut clean: Vec<bool> = compared.iter().map(|it| it.may != May::Look).collect();
        for place in touched {
            let it = place.checked_sub(1).and_then(|it| clean.get_mut(it));
            *it.ok_or_else(|| Error::Inconsistent(format!("looking at keys was answered by {place}")))? = false;
        }
        Ok(clean)
    }
}
