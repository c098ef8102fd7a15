// SPDX-License-Identifier: Apache-2.0
//! keys/1, as a user: the site's Ed25519 key pair.
use super::{views, ServiceRef};
use crate::raw::*;
use crate::status::checked;
use crate::Result;
use std::os::raw::c_void;

/// All of it from any thread, without blocking; good as long as the instance.
pub struct Keys {
    table: jct_keys_service,
    this: *mut c_void,
}

// SAFETY: the header lets each function be called on any thread.
unsafe impl Send for Keys {}
// SAFETY: as above.
unsafe impl Sync for Keys {}

impl Keys {
    pub(crate) fn adopt(found: ServiceRef) -> Self {
        // SAFETY: the kernel has found it under the id of this table; it is good until the user's destroy.
        Self { table: unsafe { super::host::adopt(found.table) }, this: found.this }
    }
    /// `Status::NOT_FOUND` where the site has none.
    pub fn public_key(&self) -> Result<[u8; JCT_KEYS_PUBLIC_SIZE as usize]> {
        let mut key = [0; JCT_KEYS_PUBLIC_SIZE as usize];
        checked(call!(self.table.public_key, self.this, key.as_mut_ptr()))?;
        Ok(key)
    }
    /// Its base64, as clients enter it; empty where the site has none.
    pub fn public_text(&self) -> String {
        let text = ask!(self.table.public_text, views::text(""), self.this);
        // SAFETY: valid as long as the provider, which outlives its users.
        unsafe { views::string(text) }
    }
    /// Not with a public key only.
    pub fn can_sign(&self) -> bool {
        ask!(self.table.can_sign, 0, self.this) != 0
    }
    /// 64 bytes of signature, then the message. About 30 us.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut out = vec![0; message.len() + JCT_KEYS_SIGNATURE_SIZE as usize];
        let (room, mut written) = (out.len() as u64, 0);
        checked(call!(self.table.sign, self.this, views::bytes(message), out.as_mut_ptr(), room, &mut written))?;
        out.truncate(written as usize);
        Ok(out)
    }
}
