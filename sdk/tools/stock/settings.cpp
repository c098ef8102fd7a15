// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/settings.hpp"

#include <algorithm>
#include <iterator>

namespace junctor::stock {
namespace {

constexpr Setting kSettings[] = {
    {Id::kPort, "PORT", 'p', "port", true, true, "[kernel] base_port",
     "hbbs: P, the others follow; hbbr: `-p` is its own, PORT is P, so one below; WebSocket two above"},
    {Id::kKey, "KEY", 'k', "key", true, true, "[auth_key] key",
     "- or _: the key files, hbbs's default since 1.1.11; a base64 key; `-k \"\"`: clients need no key"},
    {Id::kRelayServers, "RELAY-SERVERS", 'r', "relay-servers", true, false, "[[holepunch.relay]] address",
     "one for each, separated by commas"},
    {Id::kBind, "BIND", 'b', "bind", true, true, "listen... of [rendezvous], [relay], [ws_bridge]",
     "the address in front of each port"},
    {Id::kConfig, "", 'c', "config", true, true, "conf.d/*.toml",
     "a file of NAME=VALUE lines, read as the environment"},
    {Id::kRmem, "RMEM", 'M', "rmem", true, false, "[rendezvous] listen_udp, socket_buffer",
     "bytes of the UDP socket's buffers"},
    {Id::kMask, "MASK", 0, "mask", true, false, "[holepunch] lan", "the site's LAN"},
    {Id::kSerial, "SERIAL", 's', "serial", true, false, "[rendezvous] config_serial",
     "sends config_servers to clients with an older one"},
    {Id::kRendezvousServers, "RENDEZVOUS-SERVERS", 'R', "rendezvous-servers", true, false,
     "[rendezvous] config_servers", "separated by commas"},
    {Id::kSoftwareUrl, "SOFTWARE-URL", 'u', "software-url", true, false, "",
     "clients are not told of updates; roll them out by the means of their systems"},
    {Id::kAlwaysUseRelay, "ALWAYS_USE_RELAY", 0, "", true, false, "[holepunch] always_relay", "Y: true"},
    {Id::kDbUrl, "DB_URL", 0, "", true, false, "[storage_sqlite] path", "an SQLite file"},
    {Id::kTestHbbs, "TEST_HBBS", 0, "", true, false, "", "`junctorctl doctor HOST` tests a server"},
    {Id::kRustLog, "RUST_LOG", 0, "", true, true, "[kernel] log_level", "trace is debug, off is error"},
    {Id::kSingleBandwidth, "SINGLE_BANDWIDTH", 0, "", false, true, "[relay] rate",
     "128; Mbit/s of 1024*1024 bits, a session"},
    {Id::kTotalBandwidth, "TOTAL_BANDWIDTH", 0, "", false, true, "[relay] total_rate", "1024; the same, all together"},
    {Id::kLimitSpeed, "LIMIT_SPEED", 0, "", false, true, "[relay] downgrade_rate",
     "32; the same, downgraded sessions and blacklist.txt"},
    {Id::kDowngradeThreshold, "DOWNGRADE_THRESHOLD", 0, "", false, true, "[relay] downgrade_percent",
     "0.66; part of the session's rate"},
    {Id::kDowngradeStartCheck, "DOWNGRADE_START_CHECK", 0, "", false, true, "[relay] downgrade_after",
     "1800; seconds of a session's age"},
    {Id::kImageRelay, "RELAY", 0, "", true, false, "[[holepunch.relay]] address", "as `-r`", true},
    {Id::kImageEncryptedOnly, "ENCRYPTED_ONLY", 0, "", true, true, "[auth_key] key", "1: as `-k _`", true},
    {Id::kImageKeyPublic, "KEY_PUB", 0, "", true, true, "[auth_key] key",
     "also as a secret of the engine, /run/secrets/key_pub", true},
    {Id::kImageKeySecret, "KEY_PRIV", 0, "", true, true, "[auth_key] key",
     "also as a secret of the engine, /run/secrets/key_priv", true},
};

/// In full, or the begin of a name where '*' ends it.
constexpr std::string_view kOfTheHost[] = {"PATH",
                                           "HOME",
                                           "HOSTNAME",
                                           "HOST",
                                           "TERM",
                                           "TZ",
                                           "LANG",
                                           "LANGUAGE",
                                           "LC_*",
                                           "USER",
                                           "LOGNAME",
                                           "MAIL",
                                           "SHELL",
                                           "PWD",
                                           "OLDPWD",
                                           "SHLVL",
                                           "_",
                                           "EDITOR",
                                           "PAGER",
                                           "TMPDIR",
                                           "COLUMNS",
                                           "LINES",
                                           "LS_COLORS",
                                           "INVOCATION_ID",
                                           "JOURNAL_*",
                                           "NOTIFY_*",
                                           "LISTEN_*",
                                           "SYSTEMD_*",
                                           "MAINPID",
                                           "MANAGERPID",
                                           "FDSTORE",
                                           "WATCHDOG_*",
                                           "XDG_*",
                                           "DBUS_*",
                                           "SSH_*",
                                           "SUDO_*",
                                           "container*",
                                           "KUBERNETES_*",
                                           "DOCKER_*",
                                           "DEBIAN_*",
                                           "S6_*",
                                           "CI",
                                           "CI_*",
                                           "GITHUB_*",
                                           "LD_*",
                                           "MALLOC_*",
                                           "GLIBC_*",
                                           "ASAN_*",
                                           "TSAN_*",
                                           "UBSAN_*",
                                           "LSAN_*",
                                           "CCACHE_*",
                                           "JUNCTOR_*",
                                           "RUNTIME_DIRECTORY",
                                           "STATE_DIRECTORY",
                                           "CACHE_DIRECTORY",
                                           "LOGS_DIRECTORY",
                                           "CONFIGURATION_DIRECTORY",
                                           "CREDENTIALS_DIRECTORY",
                                           "RUST_BACKTRACE",
                                           "HTTP_PROXY",
                                           "HTTPS_PROXY",
                                           "NO_PROXY",
                                           "ALL_PROXY",
                                           "PUID",
                                           "PGID",
                                           "UMASK"};

template <class Fn>
const Setting* find(Fn fits) {
  const auto* found = std::find_if(std::begin(kSettings), std::end(kSettings), fits);
  return found == std::end(kSettings) ? nullptr : found;
}

/// In one shape: "Relay-Servers" and "RELAY_SERVERS" are one name.
std::string folded(std::string_view name) {
  std::string text{name};
  for (char& c : text) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

const Setting& setting(Id id) {
  return *find([id](const Setting& one) { return one.id == id; });
}

const Setting* find_name(std::string_view name) {
  const std::string wanted = folded(name);
  return find([&](const Setting& one) { return !one.name.empty() && folded(one.name) == wanted; });
}

bool is_of_the_host(std::string_view name) {
  const std::string wanted = folded(name);
  return std::any_of(std::begin(kOfTheHost), std::end(kOfTheHost), [&](std::string_view one) {
    const bool begin = one.back() == '*';
    if (begin) one.remove_suffix(1);
    return begin ? wanted.starts_with(folded(one)) : wanted == folded(one);
  });
}

const Setting* find_flag(char flag) {
  return find([flag](const Setting& one) { return one.flag != 0 && one.flag == flag; });
}

const Setting* find_long_flag(std::string_view name) {
  return find([name](const Setting& one) { return !one.long_flag.empty() && one.long_flag == name; });
}

std::string_view program_name(Program program) { return program == Program::kHbbs ? "hbbs" : "hbbr"; }

bool is_program(std::string_view path, Program* program) {
  const size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (const Program one : {Program::kHbbs, Program::kHbbr}) {
    if (name != program_name(one)) continue;
    *program = one;
    return true;
  }
  return false;
}

std::string flags_text(const Setting& setting) {
  std::string text;
  if (setting.flag != 0) text = std::string{"-"} + setting.flag;
  if (setting.long_flag.empty()) return text;
  return text + (text.empty() ? "--" : ", --") + std::string{setting.long_flag};
}

std::string programs_text(const Setting& setting) {
  if (setting.hbbs && setting.hbbr) return "hbbs, hbbr";
  return setting.hbbs ? "hbbs" : "hbbr";
}

std::string_view word(Remark::Kind kind) {
  switch (kind) {
    case Remark::Kind::kNote:
      return "note";
    case Remark::Kind::kNoEqual:
      return "no equal";
    case Remark::Kind::kNotUnderstood:
      return "not understood";
    case Remark::Kind::kWarning:
      return "warning";
    case Remark::Kind::kError:
      break;
  }
  return "error";
}

}  // namespace junctor::stock
