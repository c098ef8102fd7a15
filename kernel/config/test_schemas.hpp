// SPDX-License-Identifier: Apache-2.0
// The small site that tests and the fuzzer check texts against. Plain values, any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/conf_dir.hpp"
#include "config/option_table.hpp"

namespace junctor::config::testing {

inline Schema relay_schema() {
  Schema schema;
  schema.name = "relay";
  schema.summary = "pairs two peers and joins them";
  schema.provides = {"relay/1"};
  schema.needs = {"?auth/1"};
  Option key = option("key", Type::kString, "the shared secret");
  key.secret = true;
  schema.options = {
      with_default(option("listen", Type::kListener, "where both sides connect"), ":P+1"),
      live(bounded(option("wait", Type::kDuration, "how long a first side waits"), "30s", 1'000'000'000,
                   3'600'000'000'000)),
      live(bounded(option("max_waiting", Type::kInt, "first sides waiting at once"), "10000", 1, 100'000)),
      one_choice(option("mode", Type::kChoice, "how bytes are carried"), {"splice", "copy"}, "splice"),
      with_default(option("rate", Type::kRate, "of one session"), "128Mbit"),
      with_default(option("buffer", Type::kSize, "of one session"), "64KiB"),
      list_of(option("allow", Type::kNetwork, "who may connect")),
      with_default(option("verbose", Type::kBool, "log each session"), "false"),
      key,
  };
  return schema;
}

inline Schema auth_schema() {
  Schema schema;
  schema.name = "auth_key";
  schema.summary = "checks keys";
  schema.provides = {"keys/1", "auth/1"};
  schema.options = {required(option("mode", Type::kString, "which clients are let in"))};
  return schema;
}

inline Schema punch_schema() {
  Schema schema;
  schema.name = "holepunch";
  schema.summary = "brings peers together";
  schema.needs = {"?relay/1", "auth/1"};
  Option relay = option("relay", Type::kRecords, "relays to offer");
  relay.fields = {
      required(option("host", Type::kAddress, "of the relay")),
      with_default(option("weight", Type::kInt, "its share"), "1"),
      list_of(option("networks", Type::kNetwork, "whom it is near")),
  };
  schema.options = {relay, with_default(option("extra", Type::kListener, "one more port"), ":21119"),
                    option("label", Type::kString, "shown to peers")};
  schema.options[1].list = true;
  return schema;
}

/// A loader that has three plugins and one that cannot be used.
inline Plugins plugins() {
  static const std::map<std::string, Schema> kSchemas = {
      {"relay", relay_schema()}, {"auth_key", auth_schema()}, {"holepunch", punch_schema()}};
  Plugins made;
  made.schema = [](const std::string& name, std::string* why) -> const Schema* {
    auto found = kSchemas.find(name);
    if (found != kSchemas.end()) return &found->second;
    if (name == "broken") *why = "no entry symbol";
    return nullptr;
  };
  made.known = [] { return std::vector<std::string>{"auth_key", "broken", "holepunch", "relay"}; };
  made.read_secret = [](const std::string& path, std::string* why) -> std::optional<std::string> {
    if (path == "/etc/junctor/conf.d/key.txt") return "  hush\n";
    if (path == "/etc/junctor/conf.d/blank") return " \n";
    *why = "No such file or directory";
    return std::nullopt;
  };
  return made;
}

}  // namespace junctor::config::testing
