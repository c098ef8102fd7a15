// SPDX-License-Identifier: Apache-2.0
// What a plugin says of its options: one table from which checking, help and reference pages all come. Plain values,
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::config {

/// In the order of the C header's JCT_OPT_*, which begin at 1.
enum class Type {
  kBool,
  kInt,
  kString,
  kChoice,    ///< one of `choices`
  kDuration,  ///< nanoseconds
  kSize,      ///< bytes
  kRate,      ///< bits a second
  kAddress,
  kNetwork,
  kPath,      ///< relative ones are the data directory's
  kListener,  ///< an address, or a table that every plugin's listeners share (listener.hpp)
  kRecords,   ///< an array of tables with the options in `fields`
  kHost,      ///< a name or an address, with a port or without
  kHostPort,  ///< the same with a port, which may be `P+n`
  kKey,       ///< the base64 of an Ed25519 public key
};

/// What becomes of a kPath: the place is looked at before anything starts.
enum class Purpose {
  kAny,
  kReadFile,   ///< a regular file that can be read, where there is one
  kWriteFile,  ///< a file that can be written or made
  kWriteDir,   ///< a directory that can be written in or made
};

struct Option {
  std::string name;  ///< [a-z][a-z0-9_]*
  Type type = Type::kString;
  /// As a person would write it, strings without quotes: `30s`, `true`, `:P+1`; a list's items between commas.
  std::string default_text;
  bool has_default = false;
  int64_t min = 0;  ///< in the unit of the type; min > max means unbounded
  int64_t max = -1;
  std::vector<std::string> choices;
  bool live = false;      ///< a change applies without a restart of the instance
  bool required = false;  ///< must be written down
  bool secret = false;    ///< may be `{ file = "PATH" }`, never printed
  bool list = false;      ///< an array of `type`
  bool datagram = false;  ///< of kListener: UDP
  Purpose purpose = Purpose::kAny;
  std::string help;
  std::vector<Option> fields;  ///< of each record

  bool bounded() const { return min <= max; }
};

struct Schema {
  std::string name;  ///< of the plugin
  std::string summary;
  std::vector<Option> options;
  /// As declared: `storage/1`, `?relay/1` (may be missing), `*auth/1` (any number). A key of the instance's table named
  /// as the service (`storage = "..."`) says which instance is to provide it.
  std::vector<std::string> needs;
  std::vector<std::string> provides;
};

/// `duration`, `list of networks` ...: the type as help and messages name it.
std::string type_name(const Option& option);

/// The bare name of a service: `?auth/1` is `auth`.
std::string service_name(std::string_view declared);

const Option* find_option(const std::vector<Option>& options, std::string_view name);

/// What is wrong with a plugin's own declarations, one text each; empty means that the plugin may be used.
std::vector<std::string> validate_schema(const Schema& schema);

}  // namespace junctor::config
