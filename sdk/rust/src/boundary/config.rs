// SPDX-License-Identifier: Apache-2.0
//! Reading an instance's checked configuration.
use super::views;
use crate::opt::{Opt, Records};
use crate::raw::*;
use crate::status::checked;
use crate::{Result, Status};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

/// A view of the configuration, good for the call that it is given to: take out of it what is needed later.
pub struct Config<'a> {
    api: jct_config_api,
    raw: *const jct_config,
    life: PhantomData<&'a ()>,
}

/// What an option may be read as.
pub trait Value: Sized {
    #[doc(hidden)]
    fn read(config: &Config<'_>, name: &str) -> Result<Self>;
}

impl<'a> Config<'a> {
    /// # Safety
    /// `api` is a kernel's table, and `raw` a configuration that it reads and that lives for `'a`.
    pub(crate) unsafe fn adopt(api: *const jct_config_api, raw: *const jct_config) -> Self {
        // SAFETY: the caller's promise.
        Self { api: unsafe { super::host::adopt(api.cast()) }, raw, life: PhantomData }
    }

    /// The value of an option; its default where the operator gave none.
    pub fn get<T: Value>(&self, option: &Opt<T>) -> Result<T> {
        T::read(self, option.declared().name).map_err(|error| error.of(option.declared().name))
    }
    /// The value of an option that may be left out.
    pub fn optional<T: Value>(&self, option: &Opt<T>) -> Result<Option<T>> {
        match self.get(option) {
            Err(error) if error.status() == Status::NOT_FOUND => Ok(None),
            other => other.map(Some),
        }
    }
    /// Each table of the array, as a configuration of its own.
    pub fn records(&self, option: &Opt<Records>) -> Result<Vec<Config<'a>>> {
        let name = views::c_string(option.declared().name);
        (0..self.count(option.declared().name)?)
            .map(|index| {
                let mut raw = std::ptr::null();
                checked(call!(self.api.record_at, self.raw, name.as_ptr(), index, &mut raw))?;
                Ok(Config { api: self.api, raw, life: PhantomData })
            })
            .collect()
    }
    /// The instance's name, the table's in conf.d.
    pub fn instance(&self) -> String {
        let nothing = jct_str { data: std::ptr::null(), size: 0 };
        let name = ask!(self.api.instance, nothing, self.raw);
        // SAFETY: the view is good as long as the configuration.
        unsafe { views::string(name) }
    }
    /// Where the server keeps its files.
    pub fn data_dir(&self) -> Result<PathBuf> {
        let name = views::c_string("data_dir");
        Ok(self.text(|out| call!(self.api.kernel_str, self.raw, name.as_ptr(), out))?.into())
    }
    /// `P`, from which ports are counted.
    pub fn base_port(&self) -> Result<u16> {
        let name = views::c_string("base_port");
        let mut out = 0;
        checked(call!(self.api.kernel_int, self.raw, name.as_ptr(), &mut out))?;
        u16::try_from(out).map_err(|_| Status::CONFIG.into())
    }

    fn count(&self, name: &str) -> Result<u64> {
        let mut count = 0;
        checked(call!(self.api.count, self.raw, views::c_string(name).as_ptr(), &mut count))?;
        Ok(count)
    }
    fn int(&self, name: &str) -> Result<i64> {
        let mut out = 0;
        checked(call!(self.api.get_int, self.raw, views::c_string(name).as_ptr(), &mut out))?;
        Ok(out)
    }
    fn text(&self, read: impl FnOnce(*mut jct_str) -> jct_status) -> Result<String> {
        let mut out = jct_str { data: std::ptr::null(), size: 0 };
        checked(read(&mut out))?;
        // SAFETY: what was read is good as long as the configuration.
        Ok(unsafe { views::string(out) })
    }
}

impl Value for bool {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        Ok(config.int(name)? != 0)
    }
}
impl Value for i64 {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        config.int(name)
    }
}
impl Value for u64 {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        u64::try_from(config.int(name)?).map_err(|_| Status::CONFIG.into())
    }
}
impl Value for Duration {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        u64::read(config, name).map(Duration::from_nanos)
    }
}
impl Value for String {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        let name = views::c_string(name);
        config.text(|out| call!(config.api.get_str, config.raw, name.as_ptr(), out))
    }
}
impl Value for PathBuf {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        String::read(config, name).map(PathBuf::from)
    }
}
impl Value for Vec<String> {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        let raw_name = views::c_string(name);
        (0..config.count(name)?)
            .map(|index| config.text(|out| call!(config.api.str_at, config.raw, raw_name.as_ptr(), index, out)))
            .collect()
    }
}
impl Value for Vec<i64> {
    fn read(config: &Config<'_>, name: &str) -> Result<Self> {
        let raw_name = views::c_string(name);
        (0..config.count(name)?)
            .map(|index| {
                let mut out = 0;
                checked(call!(config.api.int_at, config.raw, raw_name.as_ptr(), index, &mut out))?;
                Ok(out)
            })
            .collect()
    }
}
