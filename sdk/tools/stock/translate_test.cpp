// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/translate.hpp"

#include <doctest/doctest.h>

#include "config/document.hpp"
#include "tools/stock/test_site.hpp"
#include "wire/signing.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

Translation hbbs_alone(const std::string& line, std::vector<Pair> environment = {}) {
  return translate({hbbs(line, std::move(environment)), std::nullopt, "", true});
}
Translation hbbr_alone(const std::string& line, std::vector<Pair> environment = {}) {
  return translate({std::nullopt, hbbr(line, std::move(environment)), "", true});
}
Translation both(const std::string& id_line, const std::string& relay_line, const std::string& public_key = "") {
  return translate({hbbs(id_line), hbbr(relay_line), public_key, true});
}

wire::SigningKeys keys() { return wire::SigningKeys::from_seed({5}); }

TEST_CASE("each setting of hbbs has its equal") {
  struct Row {
    const char* line;
    Pair environment;
    const char* table;
    const char* key;
    const char* value;
  };
  const Row rows[] = {
      {"", {}, "kernel", "base_port", "21116"},
      {"-p 21200", {}, "kernel", "base_port", "21200"},
      {"", {"PORT", "21200", ""}, "kernel", "base_port", "21200"},
      {"-k _", {}, "auth_key", "key", "\"-\""},
      {"-k -", {}, "auth_key", "key", "\"-\""},
      {"", {}, "auth_key", "key", "\"-\""},
      {"-k=", {}, "auth_key", "key", "\"\""},
      {"", {"KEY", "", ""}, "auth_key", "key", "\"-\""},
      {"-r rd.example.org", {}, "holepunch", "relay", "[{ address = \"rd.example.org\" }]"},
      {"", {"RELAY-SERVERS", "a:1, b", ""}, "holepunch", "relay", "[{ address = \"a:1\" }, { address = \"b\" }]"},
      {"", {"RELAY_SERVERS", "a", ""}, "holepunch", "relay", "[{ address = \"a\" }]"},
      {"-r 2001:db8::9", {}, "holepunch", "relay", "[{ address = \"[2001:db8::9]\" }]"},
      {"-r a", {}, "holepunch", "health", "false"},
      {"-r a,b", {}, "holepunch", "health", "-"},
      {"-b 192.0.2.1", {}, "rendezvous", "listen", "\"192.0.2.1:P\""},
      {"-b 192.0.2.1", {}, "rendezvous", "listen_udp", "\"192.0.2.1:P\""},
      {"-b 192.0.2.1", {}, "rendezvous", "listen_nat", "\"192.0.2.1:P-1\""},
      {"-b 192.0.2.1", {}, "ws_bridge", "listen", "[\"192.0.2.1:P+2\"]"},
      {"", {"BIND", "::", ""}, "rendezvous", "listen", "\"[::]:P\""},
      {"-M 1048576", {}, "rendezvous", "listen_udp", "{ address = \":P\", socket_buffer = \"1048576\" }"},
      {"-M 0", {}, "rendezvous", "listen_udp", "-"},
      {"-M 4096 -b ::1", {}, "rendezvous", "listen_udp", "{ address = \"[::1]:P\", socket_buffer = \"4096\" }"},
      {"--mask 192.168.1.0/16", {}, "holepunch", "lan", "[\"192.168.0.0/16\"]"},
      {"-s 3 -R a,b", {}, "rendezvous", "config_serial", "3"},
      {"-s 3 -R a,b", {}, "rendezvous", "config_servers", "[\"a\", \"b\"]"},
      {"-s 3", {}, "rendezvous", "config_serial", "-"},
      {"", {"ALWAYS_USE_RELAY", "Y", ""}, "holepunch", "always_relay", "true"},
      {"", {"ALWAYS_USE_RELAY", "N", ""}, "holepunch", "always_relay", "false"},
      {"", {"DB_URL", "./peers.sqlite3", ""}, "storage_sqlite", "path", "\"peers.sqlite3\""},
      {"", {"RUST_LOG", "debug", ""}, "kernel", "log_level", "\"debug\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CAPTURE(row.environment.name);
    std::vector<Pair> environment;
    if (!row.environment.name.empty()) environment.push_back(row.environment);
    const Translation translation = hbbs_alone(row.line, environment);
    CHECK_FALSE(translation.failed());
    CHECK(value(translation, row.table, row.key) == row.value);
  }
}

TEST_CASE("a relay that clients elsewhere cannot dial is carried over, and warned of") {
  for (const char* relay : {"127.0.0.1:21117", "0.0.0.0", "hbbr", "192.168.1.2"}) {
    const Translation translation = hbbs_alone(std::string{"-r "} + relay);
    CHECK_FALSE(translation.failed());
    CHECK(has(remarks_of(translation.remarks, Kind::kWarning), std::string{"clients are sent to "} + relay));
  }
  CHECK_FALSE(has(remarks_of(hbbs_alone("-r rd.example.org").remarks, Kind::kWarning), "clients are sent"));
}

TEST_CASE("each setting of hbbr has its equal, and without any the stock's own limits hold") {
  struct Row {
    const char* line;
    Pair environment;
    const char* key;
    const char* value;
  };
  const Row rows[] = {
      {"", {}, "rate", "\"134217728bit\""},
      {"", {}, "total_rate", "\"1073741824bit\""},
      {"", {}, "downgrade_rate", "\"33554432bit\""},
      {"", {}, "downgrade_after", "\"1800s\""},
      {"", {}, "downgrade_percent", "66"},
      {"", {"SINGLE_BANDWIDTH", "16", ""}, "rate", "\"16777216bit\""},
      {"", {"SINGLE_BANDWIDTH", "0.5", ""}, "rate", "\"524288bit\""},
      {"", {"TOTAL_BANDWIDTH", "2048", ""}, "total_rate", "\"2147483648bit\""},
      {"", {"LIMIT_SPEED", "4", ""}, "downgrade_rate", "\"4194304bit\""},
      {"", {"DOWNGRADE_START_CHECK", "60", ""}, "downgrade_after", "\"60s\""},
      {"", {"DOWNGRADE_THRESHOLD", "0.9", ""}, "downgrade_percent", "90"},
      {"", {}, "listen", "-"},
      {"-b 192.0.2.1", {}, "listen", "\"192.0.2.1:P+1\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.environment.name);
    std::vector<Pair> environment;
    if (!row.environment.name.empty()) environment.push_back(row.environment);
    CHECK(value(hbbr_alone(row.line, environment), "relay", row.key) == row.value);
  }
}

TEST_CASE("hbbs alone opens no relay, hbbr alone only that, each with its WebSocket") {
  const Translation id = hbbs_alone("-p 21200");
  CHECK(value(id, "relay", "enabled") == "false");
  CHECK(value(id, "rendezvous", "enabled") == "true");
  CHECK(value(id, "ws_bridge", "listen_relay") == "[]");
  CHECK(value(id, "ws_bridge", "listen") == "-");

  const Translation relay = hbbr_alone("-p 21201 -k _");
  CHECK(value(relay, "kernel", "base_port") == "21200");
  CHECK(value(relay, "relay", "enabled") == "true");
  CHECK(value(relay, "relay", "listen") == "-");
  CHECK(value(relay, "auth_key", "key") == "\"-\"");
  CHECK(value(relay, "ws_bridge", "listen") == "[]");
  for (const char* plugin : {"storage_sqlite", "rendezvous", "holepunch"}) {
    CHECK(value(relay, plugin, "enabled") == "false");
  }
}

TEST_CASE("without its plugin WebSocket is off, and that is said") {
  const Translation translation = translate({hbbs("-b ::1"), hbbr(""), "", false});
  CHECK(value(translation, "ws_bridge", "enabled") == "false");
  CHECK(value(translation, "ws_bridge", "listen") == "-");
  CHECK(has(remarks_of(translation.remarks, Kind::kWarning), "ws_bridge is not installed"));
}

TEST_CASE("hbbr without a key asks for none and needs no key files") {
  const Translation relay = hbbr_alone("");
  CHECK(value(relay, "auth_key", "enabled") == "false");
  CHECK(value(relay, "auth_key", "key") == "-");
}

TEST_CASE("both are one server, whose relay keeps its port") {
  CHECK(value(both("", ""), "relay", "listen") == "-");
  CHECK(value(both("-p 21200", "-p 21201"), "relay", "listen") == "-");
  const Translation apart = both("-p 22000", "-p 23000 -b ::1");
  CHECK(value(apart, "relay", "listen") == "\"[::1]:23000\"");
  CHECK(value(apart, "ws_bridge", "listen_relay") == "[\"[::1]:23002\"]");
  CHECK(value(apart, "ws_bridge", "listen") == "-");
  CHECK(value(both("-r a", ""), "holepunch", "health") == "-");  // its own relay is not checked anyway
  CHECK(both("-p 21117", "").failed());                          // hbbr's default is hbbs's port
}

TEST_CASE("one server has one key") {
  const std::string open = keys().public_text();
  const std::string secret = keys().secret_text();
  const std::string other = wire::SigningKeys::from_seed({6}).public_text();
  CHECK(value(both("-k _", "-k -"), "auth_key", "key") == "\"-\"");
  CHECK(value(both("-k _", ""), "auth_key", "key") == "\"-\"");
  CHECK(value(both("", ""), "auth_key", "key") == "\"-\"");
  CHECK(value(both("-k=", ""), "auth_key", "key") == "\"\"");
  CHECK(value(both("-k=", "-k="), "auth_key", "key") == "\"\"");
  CHECK(value(both("-k _", "-k " + open, open), "auth_key", "key") == "\"-\"");
  CHECK(value(both("-k " + secret, "-k " + open), "auth_key", "key") == "\"" + secret + "\"");
  CHECK(value(both("-k " + open, "-k " + secret), "auth_key", "key") == "\"" + secret + "\"");
  CHECK(both("-k " + open, "-k " + other).failed());
  CHECK(both("-k _", "-k " + other, open).failed());
  CHECK(both("-k sesame", "").failed());

  const Translation unsure = both("-k _", "-k " + open);  // the files are not known
  CHECK_FALSE(unsure.failed());
  CHECK(has(remarks_of(unsure.remarks, Kind::kWarning), "must be the same key"));
  const Translation stricter = both("-k=", "-k _");
  CHECK(value(stricter, "auth_key", "key") == "\"-\"");
  CHECK(has(remarks_of(stricter.remarks, Kind::kWarning), "clients without it are refused"));
}

TEST_CASE("without -k hbbs asks for the key, and what that means for an old site is said") {
  for (const Translation& site : {hbbs_alone(""), both("", ""), both("", "-k _"), both("", "-k=")}) {
    CHECK(value(site, "auth_key", "enabled") == "true");
    CHECK(value(site, "auth_key", "key") == "\"-\"");
  }
  CHECK(has(remarks_of(both("", "").remarks, Kind::kWarning), "since 1.1.11"));
  CHECK(has(remarks_of(hbbr_alone("").remarks, Kind::kWarning), "relays for anybody"));
}

TEST_CASE("a public key whose secret lies beside it is that pair") {
  const std::string open = keys().public_text();
  const auto key = [&](bool has_secret, const std::string& beside) {
    return value(translate({hbbs("-k " + open), {}, beside, true, has_secret}), "auth_key", "key");
  };
  CHECK(key(true, open) == "\"-\"");
  CHECK(key(false, open) == "\"" + open + "\"");
  CHECK(key(true, wire::SigningKeys::from_seed({6}).public_text()) == "\"" + open + "\"");
}

TEST_CASE("what is no key is said in words of its own, without a word of it") {
  const std::string damaged = keys().secret_text().substr(0, 60);
  for (const auto& row : {std::pair<std::string, const char*>{"123456789", "a text that is no key"},
                          {"/root/id_ed25519", "a path"},
                          {"./id_ed25519.pub", "a path"},
                          {damaged, "base64, but neither"}}) {
    const auto& key = row.first;
    const auto& words = row.second;
    CAPTURE(key);
    const Translation site = hbbs_alone("-k " + key);
    CHECK(site.failed());
    const std::string text = remarks_of(site.remarks, Kind::kError);
    CHECK(has(text, std::string{"-k: "} + words));
    CHECK_FALSE(has(text, key));
    CHECK(site.find("auth_key", "key") == nullptr);
  }
}

TEST_CASE("no remark and no hidden text has a secret, the shown one has it") {
  const std::string secret = keys().secret_text();
  const Translation translation = both("-k " + secret, "-k _");
  const std::string hidden = conf_text(translation, Secrets::kHidden);
  CHECK_FALSE(has(hidden, secret.substr(0, 20)));
  CHECK(has(hidden, "key = \"***\"  # -k"));
  CHECK(has(conf_text(translation, Secrets::kShown), "key = \"" + secret + "\""));
  for (const Remark& remark : translation.remarks) CHECK_FALSE(has(remark.text, secret.substr(0, 20)));
}

TEST_CASE("a value that cannot be read is an error that names the place: it may be a rule") {
  for (const char* line : {"-p 0", "-p 70000", "-p much", "-b example.org", "-M lots", "--mask lan", "-s many -R a"}) {
    CAPTURE(line);
    const Translation translation = hbbs_alone(line);
    CHECK(translation.failed());
    CHECK(has(remarks_of(translation.remarks, Kind::kError), std::string{line}.substr(0, 2)));
  }
  for (const Pair& pair : {Pair{"DB_URL", "mysql://host/db", ""}, Pair{"ALWAYS_USE_RELAY", "true", ""}}) {
    CHECK(has(remarks_of(hbbs_alone("", {pair}).remarks, Kind::kError), pair.name));
  }
  for (const char* name :
       {"SINGLE_BANDWIDTH", "TOTAL_BANDWIDTH", "LIMIT_SPEED", "DOWNGRADE_THRESHOLD", "DOWNGRADE_START_CHECK", "PORT"}) {
    CHECK(has(remarks_of(hbbr_alone("", {{name, "much", ""}}).remarks, Kind::kError), name));
  }
  const Translation modules = hbbs_alone("", {{"RUST_LOG", "hbbs=x", ""}});
  CHECK_FALSE(modules.failed());
  CHECK(has(remarks_of(modules.remarks, Kind::kNoEqual), "RUST_LOG hbbs=x"));
}

TEST_CASE("what has no equal is said") {
  const Translation translation = hbbs_alone("-u https://example.org/new", {{"TEST_HBBS", "127.0.0.1", ""}});
  const std::string text = remarks_of(translation.remarks, Kind::kNoEqual);
  CHECK(has(text, "-u: clients are not told of updates"));
  CHECK(has(text, "TEST_HBBS"));
}

TEST_CASE("the text is TOML whatever the values hold") {
  Translation translation = hbbs_alone("-r 'a\"b\\c'", {{"RUST_LOG", "info\n[kernel]\nuser = \"x\"", ""}});
  CHECK(toml_list({"a", "b\"c"}) == "[\"a\", \"b\\\"c\"]");
  translation.add("kernel", {"data_dir", toml_string("/srv/\x01\n\"a\""), "two\nlines"});
  config::Faults faults;
  const config::Node root = config::parse_document("test", conf_text(translation, Secrets::kShown), &faults);
  CHECK(faults.empty());
  const config::Node& kernel = root.find("kernel")->node;
  CHECK(kernel.find("data_dir")->node.string == "/srv/\x01\n\"a\"");
  CHECK(kernel.find("user") == nullptr);
  CHECK(root.find("holepunch")->node.find("relay")->node.items.front().find("address")->node.string == "a\"b\\c");
}

}  // namespace
}  // namespace junctor::stock
