// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/back.hpp"

#include <algorithm>
#include <cmath>

#include "tools/stock/values.hpp"

namespace junctor::stock {
namespace {

using Kind = Remark::Kind;

constexpr double kMbit = 1024.0 * 1024.0;
constexpr int64_t kMostPort = 65535;

/// Where a listener is by itself.
struct Place {
  const char* key;
  const char* usual;
};
constexpr Place kPlaces[] = {{"rendezvous.listen", ":P"},       {"rendezvous.listen_udp", ":P"},
                             {"rendezvous.listen_nat", ":P-1"}, {"relay.listen", ":P+1"},
                             {"ws_bridge.listen", ":P+2"},      {"ws_bridge.listen_relay", ":P+3"},
                             {"ws_bridge.listen_shared", ""}};

class Back {
 public:
  explicit Back(const Effective& effective) : effective_{effective} {}

  Starts run() {
    ports();
    key();
    const std::string relays = text("holepunch.relay");
    if (!relays.empty()) hbbs(Id::kRelayServers, relays);
    if (text("holepunch.always_relay") == "true") hbbs(Id::kAlwaysUseRelay, "Y");
    if (const std::string path = text("storage_sqlite.path"); !path.empty()) hbbs(Id::kDbUrl, path);
    if (const std::string lan = text("holepunch.lan"); !lan.empty()) lan_of(lan);
    if (const std::string servers = text("rendezvous.config_servers"); !servers.empty()) {
      hbbs(Id::kRendezvousServers, servers);
      hbbs(Id::kSerial, text("rendezvous.config_serial", "0"));
    }
    log_level();
    rate("relay.rate", Id::kSingleBandwidth, 128);
    rate("relay.total_rate", Id::kTotalBandwidth, 1024);
    rate("relay.downgrade_rate", Id::kLimitSpeed, 32);
    downgrade();
    return std::move(result_);
  }

 private:
  void ports() {
    const int64_t base = parse_whole(text("kernel.base_port"), 1, kMostPort).value_or(21116);
    if (base != 21116) hbbs(Id::kPort, std::to_string(base));
    if (base != 21116) hbbr(Id::kPort, std::to_string(base + 1));
    for (const Place& place : kPlaces) {
      const std::string there = text(place.key, place.usual);
      if (there == place.usual) continue;
      note(Kind::kNotUnderstood, std::string{place.key} + " = " + there +
                                     ": give a stock server its address with BIND and its port with PORT");
    }
  }

  void key() {
    const std::string key = text("auth_key.enabled") == "false" ? "" : text("auth_key.key", "-");
    if (key.empty()) return note(Kind::kNote, "auth_key.key is empty: start without KEY; clients need no key");
    if (key == "?") return note(Kind::kWarning, "auth_key.key is in a file of its own: put its text into KEY");
    hbbs(Id::kKey, key == "-" ? "_" : key);
    hbbr(Id::kKey, key == "-" ? "_" : key);
  }

  void lan_of(const std::string& networks) {
    const auto all = split_list(networks);
    hbbs(Id::kMask, all.front());
    if (all.size() > 1) note(Kind::kNoEqual, "holepunch.lan: a stock server has one network, the first is given");
  }

  void log_level() {
    const std::string level = text("kernel.log_level", "info");
    if (level == "info") return;
    hbbs(Id::kRustLog, level == "warning" ? "warn" : level);
    hbbr(Id::kRustLog, level == "warning" ? "warn" : level);
  }

  /// A stock relay always has limits: without one of ours it falls back to its own.
  void rate(const std::string& key, Id id, int64_t fallback) {
    const auto bits = parse_positive(text(key, "0"));
    if (!bits) {
      return note(Kind::kNote, key + " is without a bound; a stock relay then has its own of " +
                                   std::to_string(fallback) + " Mbit/s, " + std::string{setting(id).name} +
                                   " raises it");
    }
    const int64_t mbit = std::max<int64_t>(1, std::llround(*bits / kMbit));
    if (static_cast<double>(mbit) * kMbit != *bits) {
      note(Kind::kNote, key + ": rounded to " + std::to_string(mbit) + " Mbit/s of 1024*1024 bits");
    }
    if (mbit != fallback) hbbr(id, std::to_string(mbit));
  }

  void downgrade() {
    const std::string after = text("relay.downgrade_after", "1800");
    if (after != "1800") hbbr(Id::kDowngradeStartCheck, after);
    const int64_t percent = parse_whole(text("relay.downgrade_percent"), 1, 100).value_or(66);
    if (percent == 66) return;
    const std::string digits = std::to_string(percent);
    hbbr(Id::kDowngradeThreshold, percent == 100 ? "1" : (percent < 10 ? "0.0" : "0.") + digits);
  }

  std::string text(const std::string& key, const std::string& fallback = "") const {
    const auto found = effective_.find(key);
    return found == effective_.end() ? fallback : found->second;
  }

  void hbbs(Id id, const std::string& value) { put(id, value, &result_.hbbs); }
  void hbbr(Id id, const std::string& value) { put(id, value, &result_.hbbr); }
  static void put(Id id, const std::string& value, Starts::One* one) {
    const Setting& known = setting(id);
    const bool hidden = id == Id::kKey && value != "_";
    if (hidden || flags_text(known).empty()) {
      one->environment.push_back(std::string{known.name} + "=" + value);
    } else {
      one->args.push_back(known.flag != 0 ? std::string{"-"} + known.flag : "--" + std::string{known.long_flag});
      one->args.push_back(value);
    }
  }
  void note(Kind kind, std::string what) { result_.remarks.push_back({kind, std::move(what)}); }

  const Effective& effective_;
  Starts result_;
};

}  // namespace

Starts starts_of(const Effective& effective) { return Back{effective}.run(); }

}  // namespace junctor::stock
