// SPDX-License-Identifier: Apache-2.0
// What one stock server was told, from arguments, files and environment. Pure functions; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/stock/settings.hpp"

namespace junctor::stock {

struct Given {
  std::string value;
  std::string origin;  ///< where a person finds it: "-k", "hbbs.service:7", "compose.yml:12"
};
using Values = std::map<Id, Given>;

/// NAME=VALUE as it stands somewhere.
struct Pair {
  std::string name;
  std::string value;
  std::string origin;
};

/// Those of `pairs` that `program` knows; of two with one name the last; an empty value is none. PORT is P for both, so
/// that hbbr's own is one above. A name that neither a stock server nor the host knows is told of.
Values values_of(Program program, const std::vector<Pair>& pairs, Remarks* remarks);

/// What the start of the stock's image with s6 makes of RELAY, ENCRYPTED_ONLY, KEY_PUB and KEY_PRIV: arguments, so they
/// hold before KEY and RELAY-SERVERS. Any other start does not read them, and they are taken out of `values`.
enum class StartedBy { kCommand, kImage };
void settle_image(StartedBy started_by, Values* values, Remarks* remarks);

/// Adds what `weaker` has and `stronger` has not; where both have one and they differ, a remark says which holds.
void lay_under(const Values& weaker, Values* stronger, Remarks* remarks);

/// Arguments as a stock program takes them: -p 1, -p1, -p=1, --port 1, --port=1.
struct Arguments {
  Values values;
  std::vector<std::string> overrides;  ///< of --set TABLE.KEY=VALUE, which is junctord's own
  bool help = false;
  bool version = false;
};
/// `args` is without the program. `origin` stands before each flag: "hbbs.service:7: ", or nothing.
Arguments parse_arguments(Program program, const std::vector<std::string>& args, const std::string& origin,
                          Remarks* remarks);

/// Lines NAME=VALUE, quotes around the value taken off; `export ` in front, empty lines, # and [section] passed over.
std::vector<Pair> parse_env_file(const std::string& file, std::string_view text, Remarks* remarks);

/// Words as a shell splits them, without its expansions. False where a quote has no end.
bool split_words(std::string_view text, std::vector<std::string>* words);

std::string_view trimmed(std::string_view text);
/// `text` without the quotes around it, if there is a pair of them.
std::string_view unquoted(std::string_view text);

}  // namespace junctor::stock
