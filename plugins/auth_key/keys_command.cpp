// SPDX-License-Identifier: Apache-2.0
// The words of `junctorctl keys`. [pool]
#include "auth_key/keys_command.hpp"

#include <junctor/command_json.hpp>
#include <vector>

namespace junctor::auth {
namespace {

using Poco::JSON::Object;

Object described(const SiteKey& key, const KeyFiles& files) {
  const bool from_files = key.mode() == SiteKey::Mode::kFilesChecked || key.mode() == SiteKey::Mode::kFilesUnchecked;
  Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("public_key", key.public_text());
  object.set("fingerprint", key.fingerprint());
  object.set("mode", std::string{word(key.mode())});
  object.set("licence_key_checked", key.is_checked());
  object.set("signs", key.can_sign());
  object.set("secret_file", from_files ? files.secret_path() : std::string{});
  object.set("public_file", from_files ? files.public_path() : std::string{});
  return object;
}

Object stored(const wire::SigningKeys& keys, const KeyFiles& files) {
  Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("public_key", keys.public_text());
  object.set("secret_file", files.secret_path());
  object.set("note", "used from the next start on, where the option key names the files; clients need this key then");
  return object;
}

Object import(const std::string& path, const KeyFiles& files) {
  if (path.empty() || path[0] != '/') throw KeyError{"\"" + path + "\": give the file's whole path, from / on"};
  const wire::SigningKeys keys = wire::read_secret_key(path);
  files.store(keys);
  return stored(keys, files);
}

Object run(const std::vector<std::string>& words, const SiteKey& key, const KeyFiles& files) {
  const std::string verb = words.empty() ? "show" : words[0];
  if (verb == "show" && words.size() <= 1) return described(key, files);
  if (verb == "generate" && words.size() == 1) return stored(files.create(), files);
  if (verb == "import" && words.size() == 2) return import(words[1], files);
  if (verb == "export" && words.size() == 1) {
    Object object;
    object.set("public_key", key.public_text());
    return object;
  }
  throw KeyError{"expected: keys show | generate | import FILE | export"};
}

}  // namespace

CommandResult keys_command(std::string_view args, const SiteKey& key, const KeyFiles& files) {
  try {
    return {true, command::text(run(command::words(args), key, files))};
  } catch (const KeyError& error) {
    return {false, command::error(error.what())};
  }
}

}  // namespace junctor::auth
