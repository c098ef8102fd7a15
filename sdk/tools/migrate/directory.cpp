// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/directory.hpp"

#include <algorithm>
#include <filesystem>

#include "tools/migrate/database.hpp"
#include "tools/migrate/files.hpp"
#include "tools/stock/addresses.hpp"
#include "wire/signing.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

void check_pair(const std::string& secret_path, const std::string& secret_text, const std::string& public_path,
                const std::string& public_text, Directory* directory) {
  std::string why;
  const auto keys = wire::SigningKeys::parse_secret(secret_text, &why);
  if (!keys) throw Refusal{secret_path + ": malformed secret key: " + why + "; restore it from a backup"};
  const auto stated = wire::parse_public_key(public_text);
  if (!stated) throw Refusal{public_path + ": malformed: expected the base64 of 32 bytes; restore it from a backup"};
  if (*stated != keys->public_key()) {
    throw Refusal{public_path + " and " + secret_path + " are not a pair: the public file has " +
                  wire::public_key_text(*stated) + ", the secret key belongs to " + keys->public_text() +
                  "; what your clients have as Key tells which file is wrong"};
  }
  directory->has_keys = true;
  directory->public_key = keys->public_text();
}

void look_at_others(const std::string& path, Directory* directory, Report* report) {
  stock::Foreign foreign = look_at_foreign(path);
  for (const stock::ForeignColumn& column : foreign.columns) {
    const std::string what = path + ": the column " + column.name +
                             " of peer is another program's and holds something in " + std::to_string(column.rows) +
                             " rows";
    if (column.bans) {
      report->add("found", what + "; their ids go to [auth_key] deny_ids");
    } else {
      report->add({{stock::Remark::Kind::kNotUnderstood, what + "; it means nothing here"}});
    }
  }
  directory->banned = std::move(foreign.banned);
}

}  // namespace

std::string existing_directory(const std::string& path, const std::string& what) {
  std::error_code error;
  if (!fs::is_directory(path, error)) throw Refusal{path + ": " + what + " is no directory"};
  return fs::canonical(path).string();
}

Directory look_at(const std::string& path, Report* report) {
  Directory directory;
  directory.path = existing_directory(path, "a stock server's directory");
  const std::string secret_path = directory.path + "/" + kSecret;
  const std::string public_path = directory.path + "/" + kPublic;
  auto secret = read_small_file(secret_path);
  const auto open = read_small_file(public_path);
  if (secret.has_value() != open.has_value()) {
    throw Refusal{(secret ? public_path : secret_path) + ": missing, while " + (secret ? secret_path : public_path) +
                  " is there; restore it from a backup"};
  }
  if (!secret) return directory;
  check_pair(secret_path, *secret, public_path, *open, &directory);
  wire::wipe(*secret);
  report->add("found", secret_path + " and its public half; the clients' Key is " + directory.public_key);
  const auto mode = fs::status(secret_path).permissions();
  if ((mode & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none) {
    report->add("warning", secret_path + ": other users may read the secret key; run: chmod 600 '" + secret_path + "'");
  }
  return directory;
}

void look_at_database(Directory* directory, Report* report) {
  const std::string path = (fs::path{directory->path} / directory->database).string();
  directory->has_database = fs::exists(path);
  if (directory->has_database) {
    report->add("found", path + " with " + std::to_string(check_database(path)) + " peers; its pages are whole");
    look_at_others(path, directory, report);
  } else {
    report->add("note", "no database " + path + ": every peer registers anew");
  }
}

void look_at_lists(const Directory& directory, Report* report) {
  for (const stock::AddressFile& file : stock::kAddressFiles) {
    const std::string path = directory.path + "/" + file.name;
    const auto text = read_small_file(path);
    if (!text) continue;
    const stock::AddressLines lines = stock::read_addresses(*text);
    for (const size_t number : lines.bad) {
      report->add("warning", path + ":" + std::to_string(number) + ": no address or network; it becomes a comment");
    }
    report->add("found", path + " with " + std::to_string(lines.good) + " addresses, read as [relay] " + file.option);
  }
}

std::optional<std::string> usable_text(const std::string& directory, const std::string& name) {
  auto text = read_small_file(directory + "/" + name);
  const bool list = std::any_of(stock::kAddressFiles.begin(), stock::kAddressFiles.end(),
                                [&](const stock::AddressFile& file) { return name == file.name; });
  if (text && list) text = stock::read_addresses(*text).text;
  return text;
}

}  // namespace junctor::tools::migrate
