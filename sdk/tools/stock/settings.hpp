// SPDX-License-Identifier: Apache-2.0
// Everything that a stock ID server (hbbs) or relay (hbbr) can be told, and what it is called here: one table, from
// which arguments, environment, help and documents are read. Constants; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::stock {

enum class Program { kHbbs, kHbbr };

enum class Id {
  kPort,
  kKey,
  kRelayServers,
  kBind,
  kConfig,
  kRmem,
  kMask,
  kSerial,
  kRendezvousServers,
  kSoftwareUrl,
  kAlwaysUseRelay,
  kDbUrl,
  kTestHbbs,
  kRustLog,
  kSingleBandwidth,
  kTotalBandwidth,
  kLimitSpeed,
  kDowngradeThreshold,
  kDowngradeStartCheck,
  kImageRelay,
  kImageEncryptedOnly,
  kImageKeyPublic,
  kImageKeySecret,
};

struct Setting {
  Id id;
  std::string_view name;       ///< in the environment and in files
  char flag;                   ///< 0: none
  std::string_view long_flag;  ///< without its dashes; empty: none
  bool hbbs;                   ///< hbbs knows it
  bool hbbr;
  std::string_view equal;  ///< "[kernel] base_port"; empty: there is none
  std::string_view means;  ///< what becomes of it, or why there is no equal
  bool image = false;      ///< read by the start of the stock's image with s6, which starts both without a command

  bool is_for(Program program) const { return program == Program::kHbbs ? hbbs : hbbr; }
};

std::span<const Setting> settings();
const Setting& setting(Id id);
/// By the name in the environment, in any case and with '_' for '-'; null where it is none of these.
const Setting* find_name(std::string_view name);
/// What hosts, shells, service managers and container engines put into every environment: nobody means a stock server
/// by it.
bool is_of_the_host(std::string_view name);
const Setting* find_flag(char flag);
const Setting* find_long_flag(std::string_view name);

std::string_view program_name(Program program);
/// "hbbs", "/usr/bin/hbbr": by its last part; nothing else is a stock program.
bool is_program(std::string_view path, Program* program);
/// "-p, --port"; empty where it has no flag.
std::string flags_text(const Setting& setting);
/// "hbbs, hbbr".
std::string programs_text(const Setting& setting);

/// Something that a person should read. kError: the settings must not be used as they are.
struct Remark {
  enum class Kind { kNote, kNoEqual, kNotUnderstood, kWarning, kError };
  Kind kind;
  std::string text;
};
using Remarks = std::vector<Remark>;

/// "note", "no equal", "not understood", "warning", "error".
std::string_view word(Remark::Kind kind);

}  // namespace junctor::stock
