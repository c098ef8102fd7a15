// SPDX-License-Identifier: Apache-2.0
// `junctorctl keys show|generate|import FILE|export`, apart from the socket. Blocks on the key files: [pool].
#pragma once

#include <string>
#include <string_view>

#include "auth_key/key_files.hpp"
#include "auth_key/site_key.hpp"

namespace junctor::auth {

struct CommandResult {
  bool ok;
  std::string json;  // {"error": "..."} where it is not
};

/// args: {"args": ["show"]}. No answer has a secret in it.
CommandResult keys_command(std::string_view args, const SiteKey& key, const KeyFiles& files);

}  // namespace junctor::auth
