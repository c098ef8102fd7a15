// SPDX-License-Identifier: Apache-2.0
// Where the database is and how it is reached. Values, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace junctor::storage::postgres {

using Millis = std::chrono::milliseconds;

/// `name`: a host's name or address, or the directory of a Unix socket.
struct Place {
  std::string name;
  uint16_t port = 5432;
  bool operator==(const Place&) const = default;
};

struct Target {
  std::vector<Place> places;  // tried in order; the first that takes writes is used
  std::string database;
  std::string user;
  std::string password;  // empty: what pg_hba.conf lets in without one
  std::string ssl_mode = "prefer";
  std::string ca_file, certificate, key;  // empty: libpq's defaults
  std::string schema = "junctor";
  Millis connect_timeout{5'000};  // of each place
  Millis statement_timeout{30'000};
  /// Between tries where nothing answers; doubles up to the second.
  Millis backoff{200}, longest_backoff{5'000};
};

/// "db1", "db1:5433", "[2001:db8::7]:5433" or "/run/postgresql". Throws std::invalid_argument with the mend.
Place parse_place(const std::string& text, uint16_t port);

/// As people write it.
std::string text_of(const Place& place);

/// An identifier in quotes, whatever it holds.
std::string quoted(const std::string& identifier);

}  // namespace junctor::storage::postgres
