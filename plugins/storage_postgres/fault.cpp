// SPDX-License-Identifier: Apache-2.0
// From SQLSTATEs and libpq's texts to words. Any thread.
#include "storage_postgres/fault.hpp"

#include <algorithm>
#include <cctype>

namespace junctor::storage::postgres {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool is_state(std::string_view word) {
  return word.size() == 5 &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// One line without SQLSTATE and place in the server's source.
std::string brief(std::string_view message) {
  std::string out;
  for (size_t at = 0; at < message.size();) {
    const size_t end = std::min(message.find('\n', at), message.size());
    std::string_view line = message.substr(at, end - at);
    at = end + 1;
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0) line.remove_prefix(1);
    if (line.empty() || line.starts_with("LOCATION:")) continue;
    if (!out.empty()) out += "; ";
    out += line;
  }
  if (const std::string_view state = state_in(out); !state.empty()) out.erase(out.find(state), state.size() + 2);
  return out;
}

Fault refused(const Target& target, const Place& place, std::string_view state, std::string_view message) {
  const std::string who = "user \"" + target.user + "\"";
  if (state == "28P01") {
    return {"password", "the password of " + who +
                            " is not right: correct the option password, or set it with ALTER ROLE " +
                            quoted(target.user) + " PASSWORD '...'"};
  }
  if (state == "3D000") {
    return {"no_database", "there is no database \"" + target.database + "\": make it with createdb -E UTF8 -O " +
                               target.user + " " + target.database + ", or correct the option database"};
  }
  if (state.starts_with("28")) {
    return {"denied", who + " is not let in (" + brief(message) +
                          "): make the role with createuser, and see pg_hba.conf for who may come from where"};
  }
  if (state == "42501") {
    return {"denied", who + " may not connect to the database: GRANT CONNECT ON DATABASE " + quoted(target.database) +
                          " TO " + quoted(target.user)};
  }
  if (state == "53300") {
    return {"full", "the server has no connection left: raise max_connections, or end who holds them"};
  }
  if (state.starts_with("57P")) return {"starting", "the server is starting or stopping (" + brief(message) + ")"};
  if (!state.empty()) return {"error", brief(message)};
  if (has(message, "no password supplied")) {
    return {"password", "the server wants a password for " + who + ": set the option password"};
  }
  if (has(message, "read-only") || has(message, "hot standby")) {
    return {"read_only", "the server takes no writes (a standby): name the primary in the option hosts, too"};
  }
  if (has(message, "SSL") || has(message, "certificate")) {
    return {"tls", brief(message) + ": see the options ssl_mode, ca_file, certificate and key"};
  }
  const bool local = place.name.starts_with('/');
  return {"unreachable", brief(message) + (local ? ": does PostgreSQL run here?"
                                                 : ": does PostgreSQL run there, and "
                                                   "does it listen for others "
                                                   "(listen_addresses)?")};
}

}  // namespace

std::string_view state_in(std::string_view message) {
  for (size_t at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
    const std::string_view word = message.substr(std::min(at + 3, message.size())).substr(0, 5);
    const size_t end = at + 8;
    if (is_state(word) && end < message.size() && message[end] == ':') return word;
  }
  return {};
}

Fault describe_refusal(const Target& target, const Place& place, std::string_view message) {
  Fault fault = refused(target, place, state_in(message), message);
  fault.text = "PostgreSQL at " + text_of(place) + ": " + fault.text;
  return fault;
}

Fault describe_error(const Target& target, std::string_view state, const std::string& message) {
  const std::string text = "PostgreSQL, database \"" + target.database + "\": " + brief(message);
  const auto in = [&](std::string_view prefix) { return state.starts_with(prefix); };
  if (in("53100")) return {"disk_full", text + ": free space on the database's host; it goes on by itself"};
  if (in("53300")) return {"full", text};
  if (in("53")) return {"error", text + ": the database's host lacks memory or another resource"};
  if (in("57014")) return {"timeout", text + ": the statement was ended after statement_timeout"};
  if (in("57") || in("08")) return {"lost", text};
  if (in("25006") || in("25001"))
    return {"read_only", text + ": the server takes no writes any more; the next try looks for one that does"};
  if (in("42501")) {
    return {"denied", text + ": GRANT USAGE, CREATE ON SCHEMA " + quoted(target.schema) + " TO " + quoted(target.user) +
                          ", and make that role the owner of the tables in it"};
  }
  if (in("23") || in("P0001")) return {"constraint", text};
  if (in("40")) return {"conflict", text + ": other nodes changed the same rows again and again"};
  if (in("42P01") || in("3F000") || in("42703")) {
    return {"schema", text + ": were tables or columns of schema " + target.schema + " changed by hand?"};
  }
  return {"error", text};
}

bool is_passing(const Fault& fault) {
  static constexpr std::string_view kPassing[] = {"unreachable", "starting", "full", "read_only", "lost", "timeout"};
  return std::find(std::begin(kPassing), std::end(kPassing), fault.reason) != std::end(kPassing);
}

bool keeps_connection(const Fault& fault) {
  static constexpr std::string_view kKept[] = {"disk_full", "constraint", "conflict", "schema",
                                               "denied",    "timeout",    "error"};
  return std::find(std::begin(kKept), std::end(kKept), fault.reason) != std::end(kKept);
}

}  // namespace junctor::storage::postgres
