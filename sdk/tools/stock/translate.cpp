// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/translate.hpp"

#include <algorithm>
#include <cmath>

#include "tools/stock/values.hpp"
#include "wire/address.hpp"
#include "wire/dialled.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

constexpr int64_t kHbbsPort = 21116;
constexpr int64_t kHbbrPort = 21117;
// P-2 to P+3 must be ports.
constexpr int64_t kLeastBase = 3;
constexpr int64_t kMostBase = 65532;

/// How the stock relay is bounded where nobody says otherwise (protocol.md 6.7).
struct Limit {
  Id id;
  std::string_view fallback;
  const char* key;
};
constexpr Limit kRates[] = {{Id::kSingleBandwidth, "128", "rate"},
                            {Id::kTotalBandwidth, "1024", "total_rate"},
                            {Id::kLimitSpeed, "32", "downgrade_rate"}};

const Given* find(const Values& values, Id id) {
  const auto found = values.find(id);
  return found == values.end() ? nullptr : &found->second;
}

std::string shown(const Given& given) { return given.origin + " " + given.value; }

class Translator {
 public:
  explicit Translator(const Site& site) : site_{site} {}

  Translation run() {
    if (read_ports()) {
      put("kernel", "base_port", std::to_string(base_), why_base());
      log_level();
      switches();
      key();
      if (site_.hbbs) signalling(*site_.hbbs);
      if (site_.hbbr) relay(*site_.hbbr);
      web_sockets();
    }
    for (const auto* values : {&site_.hbbs, &site_.hbbr}) {
      if (*values) without_equal(**values);
    }
    return std::move(result_);
  }

 private:
  // ---- ports ----

  bool read_ports() {
    const auto hbbs = site_.hbbs ? port_of(*site_.hbbs, kHbbsPort, kLeastBase) : std::nullopt;
    const auto hbbr = site_.hbbr ? port_of(*site_.hbbr, kHbbrPort, kLeastBase + 1) : std::nullopt;
    if ((site_.hbbs && !hbbs) || (site_.hbbr && !hbbr)) return false;
    const int64_t relay = hbbr.value_or(kHbbrPort);
    base_ = hbbs.value_or(relay - 1);
    relay_ = hbbr.has_value() ? relay : base_ + 1;
    const bool clash = hbbs.has_value() && relay_ >= base_ - 1 && relay_ <= base_ + 2 && relay_ != base_ + 1;
    if (!clash) return true;
    error("hbbs on " + std::to_string(base_) + " and hbbr on " + std::to_string(relay_) + " want the same ports");
    return false;
  }

  std::optional<int64_t> port_of(const Values& values, int64_t fallback, int64_t least) {
    const Given* given = find(values, Id::kPort);
    if (given == nullptr) return fallback;
    const auto port = parse_whole(given->value, least, least + kMostBase - kLeastBase);
    if (!port) error(shown(*given) + ": expected a port, " + std::to_string(least) + " to 65532");
    return port;
  }

  std::string why_base() const {
    const Values& values = site_.hbbs ? *site_.hbbs : *site_.hbbr;
    const Given* given = find(values, Id::kPort);
    const std::string relay = site_.hbbs ? "" : "; a relay is at P+1";
    return (given == nullptr ? "the stock's default" : shown(*given)) + relay;
  }

  /// ":P+2", with BIND's address in front.
  std::string listen(const Values& values, const std::string& port) {
    const Given* bind = find(values, Id::kBind);
    if (bind == nullptr || bind->value.empty()) return toml_string(":" + port);
    if (wire::Address::parse_ip(bind->value)) return toml_string(host_text(bind->value) + ":" + port);
    error(shown(*bind) + ": expected an IP address of this host");
    return toml_string(":" + port);
  }
  static bool is_bound(const Values& values) {
    const Given* bind = find(values, Id::kBind);
    return bind != nullptr && !bind->value.empty();
  }
  static std::string why_bind(const Values& values) { return shown(values.at(Id::kBind)); }

  // ---- what runs ----

  void switches() {
    const bool hbbs = site_.hbbs.has_value();
    const std::string why = hbbs ? "hbbs" : "no hbbs";
    for (const char* plugin : {"storage_sqlite", "rendezvous", "holepunch"}) {
      put(plugin, "enabled", hbbs ? "true" : "false", why);
    }
    put("relay", "enabled", site_.hbbr ? "true" : "false", site_.hbbr ? "hbbr" : "no hbbr");
    put("ws_bridge", "enabled", site_.web_sockets ? "true" : "false",
        site_.web_sockets ? "two ports above those of signalling and relay" : "not installed");
  }

  void log_level() {
    const Given* chosen = nullptr;
    for (const auto* values : {&site_.hbbr, &site_.hbbs}) {
      const Given* given = *values ? find(**values, Id::kRustLog) : nullptr;
      if (given != nullptr) chosen = given;
    }
    if (chosen == nullptr) return;
    bool whole = false;
    const auto level = log_level_of(chosen->value, &whole);
    if (!whole) remark(Kind::kNoEqual, shown(*chosen) + ": levels of single modules");
    if (level) put("kernel", "log_level", toml_string(*level), shown(*chosen));
  }

  // ---- the key ----

  struct Key {
    const Given* given = nullptr;
    KeyKind kind = KeyKind::kNone;
    std::string public_text;
    bool usable = true;
  };

  /// hbbs asks for the key where nobody says otherwise, since 1.1.11; hbbr does not.
  Key read_key(const std::optional<Values>& values, KeyKind fallback) {
    Key key;
    if (!values) return key;
    key.given = find(*values, Id::kKey);
    key.kind = key.given == nullptr ? fallback : key_kind(key.given->value, &key.public_text);
    const bool beside = key.kind == KeyKind::kPublic && site_.has_secret_key && key.public_text == site_.public_key;
    if (beside) key.kind = KeyKind::kFiles;
    if (key.kind == KeyKind::kFiles) key.public_text = site_.public_key;
    if (key.kind == KeyKind::kSecret && !site_.public_key.empty() && key.public_text != site_.public_key) {
      remark(Kind::kWarning, key.given->origin + ": this key is another than that of id_ed25519.pub beside it, " +
                                 site_.public_key + "; the former is used");
    }
    const std::string mend = mend_of(key.kind);
    key.usable = mend.empty();
    if (!key.usable) error(key.given->origin + ": " + mend);
    return key;
  }

  /// What to do about a key that cannot be used here; empty: it can.
  static std::string mend_of(KeyKind kind) {
    switch (kind) {
      case KeyKind::kText:
        return "a text that is no key: a stock server compares it with what clients send and signs with another key; "
               "say -k _ here and give clients the text of id_ed25519.pub as their Key";
      case KeyKind::kPath:
        return "a path, and expected is a key: say -k _ for the pair id_ed25519 and id_ed25519.pub in the servers' "
               "directory";
      case KeyKind::kBad:
        return "base64, but neither of a secret key (64 bytes) nor of a public key (32 bytes): it is damaged; - or _ "
               "stand for the key files";
      default:
        return {};
    }
  }

  void key() {
    const Key hbbs = read_key(site_.hbbs, KeyKind::kFiles);
    const Key hbbr = read_key(site_.hbbr, KeyKind::kNone);
    if (!hbbs.usable || !hbbr.usable) return;
    if (!site_.hbbs && hbbr.kind == KeyKind::kNone) {
      put("auth_key", "enabled", "false", "hbbr without -k");
      remark(Kind::kWarning,
             "hbbr without -k relays for anybody, and so does this; -k _ with the ID server's id_ed25519.pub in the "
             "directory asks for the key");
      return;
    }
    put("auth_key", "enabled", "true", "the key");
    put_key(site_.hbbs && site_.hbbr ? common(hbbs, hbbr) : site_.hbbs ? hbbs : hbbr);
  }

  /// One server has one key. Where the two differ, the stricter holds.
  Key common(const Key& hbbs, const Key& hbbr) {
    if (hbbs.kind == KeyKind::kNone && hbbr.kind != KeyKind::kNone) {
      remark(Kind::kWarning, hbbr.given->origin +
                                 ": hbbr asks for a key and hbbs does not; here one key is for both, "
                                 "and clients without it are refused");
      return hbbr;
    }
    if (hbbr.kind == KeyKind::kNone) {
      if (hbbs.kind != KeyKind::kNone) remark(Kind::kNote, "hbbr was without -k; the relay asks for the key now, too");
      return hbbs;
    }
    const std::string both = hbbr.given->origin + " and " + (hbbs.given == nullptr ? "hbbs" : hbbs.given->origin);
    if (hbbs.public_text.empty() != hbbr.public_text.empty()) {
      remark(Kind::kWarning, both + " must be the same key; that of hbbs is used");
    } else if (hbbs.public_text != hbbr.public_text) {
      error(both + " are different keys; one server has one");
    }
    return hbbs.kind == KeyKind::kPublic && hbbr.kind != KeyKind::kPublic ? hbbr : hbbs;
  }

  void put_key(const Key& key) {
    if (key.kind == KeyKind::kNone) {
      put("auth_key", "key", "\"\"", shown(*key.given) + "\"\": clients need no key");
      remark(Kind::kWarning,
             "with -k \"\" any client is served, as before; when each has the key, set [auth_key] key = \"-\"");
      return;
    }
    if (key.given == nullptr) {
      put("auth_key", "key", "\"-\"", "no -k: hbbs asks for the key since 1.1.11");
      remark(Kind::kWarning,
             "hbbs without -k asks for the key since 1.1.11. Where yours was older it asked for none: clients without "
             "the key are refused here, until they have it or -k \"\" is said");
      return;
    }
    const bool files = key.kind == KeyKind::kFiles;
    result_.add("auth_key", {"key", toml_string(files ? "-" : key.given->value),
                             files ? shown(*key.given) : key.given->origin, key.kind == KeyKind::kSecret});
  }

  // ---- hbbs ----

  void signalling(const Values& values) {
    if (const Given* url = find(values, Id::kDbUrl); url != nullptr && !url->value.empty()) database(*url);
    const Given* rmem = find(values, Id::kRmem);
    const std::string udp = listen(values, "P");
    if (is_bound(values)) {
      put("rendezvous", "listen", listen(values, "P"), why_bind(values));
      put("rendezvous", "listen_nat", listen(values, "P-1"), why_bind(values));
    }
    if (rmem != nullptr && rmem->value != "0") {
      buffer(*rmem, udp);
    } else if (is_bound(values)) {
      put("rendezvous", "listen_udp", udp, why_bind(values));
    }
    client_config(values);
    relays(values);
    if (const Given* mask = find(values, Id::kMask); mask != nullptr) lan(*mask);
    if (const Given* always = find(values, Id::kAlwaysUseRelay); always != nullptr) always_relay(*always);
  }

  void database(const Given& url) {
    const auto path = database_of(url.value);
    if (!path) {
      error(url.origin + ": expected an SQLite file; other databases are not read here");
    } else {
      put("storage_sqlite", "path", toml_string(*path), shown(url));
    }
  }

  void buffer(const Given& rmem, const std::string& udp) {
    const auto bytes = parse_whole(rmem.value, 1, 1 << 30);
    if (!bytes) return error(shown(rmem) + ": expected bytes, up to 1 GiB");
    put("rendezvous", "listen_udp",
        "{ address = " + udp + ", socket_buffer = " + toml_string(std::to_string(*bytes)) + " }", shown(rmem));
  }

  void client_config(const Values& values) {
    const Given* serial = find(values, Id::kSerial);
    const Given* servers = find(values, Id::kRendezvousServers);
    if (servers == nullptr || servers->value.empty()) {
      if (serial != nullptr) remark(Kind::kNote, shown(*serial) + ": nothing is sent without servers (-R)");
      return;
    }
    const auto number = serial == nullptr ? std::optional<int64_t>{0} : parse_whole(serial->value, 0, 2147483647);
    if (!number) return error(shown(*serial) + ": expected a number");
    put("rendezvous", "config_serial", std::to_string(*number), serial == nullptr ? "no --serial" : shown(*serial));
    put("rendezvous", "config_servers", toml_list(split_list(servers->value)), shown(*servers));
  }

  void relays(const Values& values) {
    const Given* given = find(values, Id::kRelayServers);
    const auto servers = given == nullptr ? std::vector<std::string>{} : split_list(given->value);
    if (servers.empty()) return;
    std::string list;
    for (const std::string& one : servers) {
      list += (list.empty() ? "" : ", ") + ("{ address = " + toml_string(host_text(one)) + " }");
    }
    put("holepunch", "relay", "[" + list + "]", shown(*given));
    for (const std::string& one : servers) {
      if (const std::string fault = wire::dialling_fault(one); !fault.empty()) {
        remark(Kind::kWarning, shown(*given) + ": clients are sent to " + one + ", and " + fault);
      }
    }
    if (servers.size() == 1 && !site_.hbbr) {
      put("holepunch", "health", "false", "a stock server does not check its only relay");
    }
  }

  void lan(const Given& mask) {
    std::string list;
    for (const std::string& one : split_list(mask.value)) {
      const auto network = wire::Network::parse(one);
      if (!network) return error(shown(mask) + ": expected a network such as 192.168.0.0/16");
      list += (list.empty() ? "" : ", ") + toml_string(network->text());
    }
    put("holepunch", "lan", "[" + list + "]", shown(mask));
  }

  void always_relay(const Given& always) {
    const bool yes = always.value == "Y" || always.value == "y";
    const bool no = always.value.empty() || always.value == "N" || always.value == "n";
    if (!yes && !no) error(shown(always) + ": expected Y or N");
    put("holepunch", "always_relay", yes ? "true" : "false", shown(always));
  }

  // ---- hbbr ----

  void relay(const Values& values) {
    if (relay_ != base_ + 1 || is_bound(values)) {
      const std::string port = relay_ == base_ + 1 ? "P+1" : std::to_string(relay_);
      put("relay", "listen", listen(values, port), relay_why(values));
    }
    for (const Limit& limit : kRates) {
      const auto [text, why] = value_or(values, limit.id, limit.fallback);
      const auto rate = rate_of(text);
      if (rate) {
        put("relay", limit.key, toml_string(*rate), why + " Mbit/s");
      } else {
        unusable(why, limit.fallback);
      }
    }
    downgrade(values);
  }

  std::string relay_why(const Values& values) const {
    const Given* port = find(values, Id::kPort);
    if (is_bound(values)) return why_bind(values);
    return port == nullptr ? "the stock's default" : shown(*port);
  }

  void downgrade(const Values& values) {
    const auto [start, start_why] = value_or(values, Id::kDowngradeStartCheck, "1800");
    const auto seconds = parse_whole(start, 1, 365 * 86'400);
    if (seconds) {
      put("relay", "downgrade_after", toml_string(std::to_string(*seconds) + "s"), start_why + " s");
    } else {
      unusable(start_why, "1800");
    }
    const auto [threshold, threshold_why] = value_or(values, Id::kDowngradeThreshold, "0.66");
    const auto part = parse_positive(threshold);
    if (part && *part >= 0.01 && *part <= 1) {
      put("relay", "downgrade_percent", std::to_string(std::lround(*part * 100)), threshold_why);
    } else {
      unusable(threshold_why, "0.66");
    }
  }

  /// The text, and where it comes from.
  static std::pair<std::string, std::string> value_or(const Values& values, Id id, std::string_view fallback) {
    const Given* given = find(values, id);
    if (given != nullptr && !given->value.empty()) return {given->value, shown(*given)};
    return {std::string{fallback}, "the stock's default: " + std::string{fallback}};
  }

  void unusable(const std::string& why, std::string_view fallback) {
    error(why + ": expected a number such as " + std::string{fallback});
  }

  // ---- both ----

  void web_sockets() {
    if (!site_.web_sockets) {
      return remark(Kind::kWarning,
                    "the plugin ws_bridge is not installed: WebSocket, two ports above those of "
                    "signalling and relay, is not served");
    }
    if (!site_.hbbs) {
      put("ws_bridge", "listen", "[]", "no hbbs");
    } else if (is_bound(*site_.hbbs)) {
      put("ws_bridge", "listen", "[" + listen(*site_.hbbs, "P+2") + "]", why_bind(*site_.hbbs));
    }
    if (!site_.hbbr) {
      put("ws_bridge", "listen_relay", "[]", "no hbbr");
    } else if (relay_ != base_ + 1 || is_bound(*site_.hbbr)) {
      const std::string port = relay_ == base_ + 1 ? "P+3" : std::to_string(relay_ + 2);
      put("ws_bridge", "listen_relay", "[" + listen(*site_.hbbr, port) + "]", relay_why(*site_.hbbr));
    }
  }

  void without_equal(const Values& values) {
    for (const auto& [id, given] : values) {
      const Setting& known = setting(id);
      if (known.equal.empty() && !given.value.empty()) {
        remark(Kind::kNoEqual, given.origin + ": " + std::string{known.means});
      }
    }
  }

  void put(std::string_view table, std::string key, std::string value, std::string why) {
    result_.add(table, {std::move(key), std::move(value), std::move(why)});
  }
  void remark(Kind kind, std::string text) { result_.remarks.push_back({kind, std::move(text)}); }
  void error(std::string text) { remark(Kind::kError, std::move(text)); }

  const Site& site_;
  Translation result_;
  int64_t base_ = kHbbsPort;
  int64_t relay_ = kHbbrPort;
};

}  // namespace

Translation translate(const Site& site) {
  if (!site.hbbs && !site.hbbr) return {};
  return Translator{site}.run();
}

}  // namespace junctor::stock
