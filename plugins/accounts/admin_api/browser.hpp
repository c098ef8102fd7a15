// SPDX-License-Identifier: Apache-2.0
// A browser that logs in: what it is known by, whichever way it comes. Values.
#pragma once

#include <junctor/http.hpp>

#include <string>

#include "accounts/login/log_in.hpp"

namespace junctor::accounts::admin {

/// Who asks. `uuid` is the browser's own key, a new one where it shows none.
LoginFrom browser_of(const http::Exchange& exchange);

/// Set-Cookie, so that it shows the key next time.
std::string browser_cookie(const LoginFrom& from, bool secure);

}  // namespace junctor::accounts::admin
