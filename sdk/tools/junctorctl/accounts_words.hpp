// SPDX-License-Identifier: Apache-2.0
// junctorctl's words about users, tokens and devices: asked of the server that runs, or done here where it is stopped,
// so that nobody is locked out of a site that does not start. One thread.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace junctor::tools {

bool is_accounts_word(const std::string& command);

/// `--password-stdin` becomes the password, the first line of `in`: passwords stand on no command line. Throws
/// UsageError where there is none.
std::vector<std::string> with_password(const std::vector<std::string>& args, std::istream& in);

/// Does it on the database in the directory of a server that is stopped; the answer as JSON. Throws std::runtime_error
/// in words, also where a server has the database open. Nothing where the directory has no database and `make` is
/// false.
std::optional<std::string> run_offline(const std::string& data, bool make, const std::string& subject,
                                       const std::vector<std::string>& args);

/// The URL of the API for clients of `host` ("rd.example.org", "[2001:db8::1]:21116"), served on `port`.
std::string api_url(const std::string& host, int port);

}  // namespace junctor::tools
