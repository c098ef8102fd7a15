// SPDX-License-Identifier: Apache-2.0
// Judgements of the programs and the process.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "tools/doctor/diagnosis_inside.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr int64_t kFewDescriptors = 4096;
constexpr int64_t kSecondsADay = 86'400;
constexpr int64_t kExpiryWarning = 14;  // days, as the server's own

/// A port that clients of a whole site look for (protocol.md 1), as P + offset.
struct Needed {
  const char* protocol;
  int offset;
  const char* what;
};
constexpr Needed kSignalling[] = {
    {"udp", 0, "registration"}, {"tcp", 0, "signalling"}, {"tcp", -1, "NAT test and online query"}};
constexpr Needed kRelay = {"tcp", 1, "the relay"};

/// Somebody else's plugin has a version of its own.
bool ships_with_us(const std::string& plugin) {
  static constexpr std::array<const char*, 15> kOurs{
      "storage_sqlite", "storage_memory", "storage_postgres", "auth_key",  "rendezvous",
      "holepunch",      "relay",          "relay_tickets",    "ws_bridge", "metrics",
      "audit",          "http",           "accounts",         "acme",      "console"};
  return std::any_of(kOurs.begin(), kOurs.end(), [&](const char* ours) { return plugin == ours; });
}

bool runs(const std::vector<InstanceSeen>& instances, const std::string& plugin) {
  return std::any_of(instances.begin(), instances.end(),
                     [&](const InstanceSeen& one) { return one.plugin == plugin && one.state == "running"; });
}

std::string port_text(const Needed& needed, uint16_t base_port) {
  return std::string{needed.protocol[0] == 'u' ? "UDP " : "TCP "} + std::to_string(base_port + needed.offset);
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::optional<int64_t> day_of(const std::string& text) {
  tm day{};
  if (std::sscanf(text.c_str(), "%d-%d-%d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3) return std::nullopt;
  day.tm_year -= 1900;
  day.tm_mon -= 1;
  return ::timegm(&day) / kSecondsADay;
}

}  // namespace

Check diagnose_configuration(const ProgramSeen& check) {
  if (!check.found) return skipped(name::kConfiguration, "there is no junctord beside this program to ask");
  if (check.code == 0) return ok(name::kConfiguration, trimmed(check.text));
  return failed(name::kConfiguration, trimmed(check.text),
                "A running server goes on with what it has, but it would not start again. Mend what is named, then "
                "junctord --check.");
}

Check diagnose_server(const ServerSeen& server) {
  if (!server.error.empty()) {
    return failed(
        name::kServer, server.error,
        "Is it started (systemctl status junctord)? The last lines of its log say why it ended: journalctl -u "
        "junctord. With another data directory: junctorctl --data DIR doctor.");
  }
  const std::string detail = "version " + server.version + ", pid " + std::to_string(server.pid) + ", up for " +
                             std::to_string(server.uptime_s) + " s, " + server.state;
  if (server.state == "running") return ok(name::kServer, detail);
  return warning(name::kServer, detail, "It takes no new work; it stops when the last session has ended.");
}

Check diagnose_versions(const std::string& own, const ProgramSeen& installed, const ServerSeen& server,
                        const std::vector<InstanceSeen>& instances) {
  std::string differ;
  const auto compare = [&](const std::string& what, const std::string& version) {
    if (!version.empty() && version != own) differ += ", " + what + " is " + version;
  };
  const std::string text = trimmed(installed.text);
  if (installed.found && installed.code == 0) compare("junctord as installed", text.substr(text.rfind(' ') + 1));
  compare("the running server", server.version);
  for (const InstanceSeen& one : instances) {
    if (ships_with_us(one.plugin)) compare("plugin " + one.name, one.version);
  }
  if (differ.empty()) return ok(name::kVersions, "all are " + own);
  return warning(name::kVersions, "this program is " + own + differ,
                 "After an upgrade restart the server (systemctl restart junctord).");
}

Check diagnose_plugins(const std::vector<InstanceSeen>& instances) {
  std::string others;
  for (const InstanceSeen& one : instances) {
    if (one.state == "running") continue;
    others += (others.empty() ? "" : "; ") + one.name + " is " + one.state;
    if (!one.reason.empty()) others += " (" + one.reason + ")";
  }
  if (others.empty()) return ok(name::kPlugins, std::to_string(instances.size()) + " run");
  return failed(name::kPlugins, others, "Mend the reason, then junctorctl reload. The log has more of it.");
}

Check diagnose_listeners(const ServerSeen& server, const std::vector<InstanceSeen>& instances,
                         const std::vector<ListenerSeen>& listeners) {
  const auto serves = [&](const Needed& needed) {
    return std::any_of(listeners.begin(), listeners.end(), [&](const ListenerSeen& one) {
      return one.protocol == needed.protocol && one.port == server.base_port + needed.offset;
    });
  };
  std::string missing;
  const auto look = [&](const Needed& needed) {
    if (serves(needed)) return;
    missing += (missing.empty() ? "" : ", ") + port_text(needed, server.base_port) + " (" + needed.what + ")";
  };
  const bool signals = runs(instances, "rendezvous");
  const bool relays = runs(instances, "relay");
  if (signals) std::for_each(std::begin(kSignalling), std::end(kSignalling), look);
  if (relays) look(kRelay);
  if (!missing.empty()) {
    return warning(name::kListeners, "nothing listens on " + missing,
                   "Clients look for it there. Right where a port forward or a proxy leads from there to another port "
                   "here; else mend listen in conf.d, or base_port.");
  }
  std::string detail = std::to_string(listeners.size()) + " sockets listen";
  if (!signals) detail += "; no rendezvous runs here";
  if (!relays) detail += "; no relay runs here";
  if (!runs(instances, "ws_bridge")) detail += "; no WebSocket (only web clients need it)";
  return ok(name::kListeners, detail);
}

Check diagnose_warnings(const ServerSeen& server) {
  if (server.warnings.empty() && server.standing.empty()) return ok(name::kWarnings, "the server warns of nothing");
  std::string list;
  std::string hints;
  const auto add = [](std::string& to, const char* between, const std::string& text) {
    to += (to.empty() ? "" : between) + text;
  };
  for (const WarningSeen& one : server.standing) {
    add(list, "; ", one.reason + ": " + one.detail);
    add(hints, ". ", one.hint);
  }
  for (const std::string& word : server.warnings) {
    const auto told = [&](const WarningSeen& one) { return one.reason == word; };
    if (std::none_of(server.standing.begin(), server.standing.end(), told)) add(list, "; ", word);
  }
  add(hints, ". ", "Its log has a line with reason= and a hint for each, and share/doc/faults.md explains them.");
  return warning(name::kWarnings, "the server warns of " + list, hints);
}

Check diagnose_writes(const ServerSeen& server) {
  if (server.refused.empty()) return ok(name::kWrites, "none has been refused since the start");
  std::string list;
  for (const WriteSeen& one : server.refused) {
    list += (list.empty() ? "" : ", ") + std::to_string(one.count) + " of " + one.what;
  }
  return warning(
      name::kWrites, "writes were refused since the start: " + list,
      "Registrations, audit records or log lines of that time are missing. The log says why and whether it is "
      "over (storage.write_failed, storage.recovered); look at the disk, its quota and the rights of the "
      "data directory.");
}

Check diagnose_user(const ServerSeen& server) {
  if (server.uid < 0) return skipped(name::kUser, "it is not known as whom the server runs");
  if (server.uid != 0) return ok(name::kUser, "it runs as uid " + std::to_string(server.uid));
  return warning(name::kUser, "it runs as root",
                 "Nothing here needs that: set [kernel] user to an unprivileged one, and give it the data directory.");
}

Check diagnose_descriptors(const ServerSeen& server) {
  if (server.max_fds < 0) return skipped(name::kDescriptors, "the server's limit cannot be read; run this as root");
  std::string detail = std::to_string(server.max_fds) + " may be open";
  if (server.open_fds >= 0) detail = std::to_string(server.open_fds) + " are open, " + detail;
  constexpr const char* kHint =
      "Raise LimitNOFILE of the service (ulimit -n) and restart it. A connection takes one, a relayed session up to "
      "six; "
      "when they run out, who comes is turned away.";
  if (server.open_fds >= 0 && server.open_fds >= server.max_fds * 9 / 10) {
    return failed(name::kDescriptors, detail, kHint);
  }
  if (server.max_fds < kFewDescriptors) return warning(name::kDescriptors, detail, kHint);
  return ok(name::kDescriptors, detail);
}

Check diagnose_certificates(const std::vector<ListenerSeen>& listeners, int64_t today) {
  std::optional<int64_t> soonest;
  std::string where;
  for (const ListenerSeen& one : listeners) {
    const auto end = day_of(one.tls_expires);
    if (!end || (soonest && *end >= *soonest)) continue;
    soonest = end;
    where = one.instance + " " + one.address + " until " + one.tls_expires;
  }
  if (!soonest) return skipped(name::kCertificates, "no listener has TLS");
  constexpr const char* kHint =
      "Renew it, then junctorctl reload; share/doc/acme.md shows how that happens by itself, and junctorctl "
      "certificates "
      "what became of it.";
  const int64_t left = *soonest - today / kSecondsADay;
  if (left < 0) return failed(name::kCertificates, "a certificate has ended: " + where, kHint);
  if (left < kExpiryWarning) return warning(name::kCertificates, "a certificate ends soon: " + where, kHint);
  for (const ListenerSeen& one : listeners) {
    if (one.tls_doubt.empty()) continue;
    return warning(name::kCertificates, one.instance + " " + one.address + ": " + one.tls_doubt,
                   "Clients may refuse it; share/doc/tls.md and share/doc/acme.md say what a good chain is.");
  }
  return ok(name::kCertificates, "the first to end: " + where);
}

}  // namespace junctor::tools::doctor
