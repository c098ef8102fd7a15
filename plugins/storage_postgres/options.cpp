// SPDX-License-Identifier: Apache-2.0
#include "storage_postgres/options.hpp"

#include <stdexcept>

namespace junctor::storage::postgres {
namespace {

Millis millis(Duration duration) { return std::chrono::duration_cast<Millis>(duration); }

/// A text that libpq or PostgreSQL takes as one name.
std::string name_in(const Config& config, const Option<std::string>& option) {
  const std::string name = config[option];
  if (!name.empty() && name.size() <= 63 && name.find('\0') == std::string::npos) return name;
  throw Error{JCT_E_CONFIG, std::string{option.raw.name} + ": expected a name of 1 to 63 bytes, got \"" + name + "\""};
}

std::vector<Place> read_places(const Config& config) {
  std::vector<Place> places;
  for (const std::string& text : config[kHosts]) {
    try {
      places.push_back(parse_place(text, static_cast<uint16_t>(config[kPort])));
    } catch (const std::invalid_argument& error) {
      throw Error{JCT_E_CONFIG, std::string{"hosts: "} + error.what()};
    }
  }
  if (places.empty()) throw Error{JCT_E_CONFIG, "hosts: expected one host at least"};
  return places;
}

/// The log says what is waited for: a start that hangs without a word is taken for a fault.
StartWait read_start_wait(const Host& host, const Config& config) {
  return {millis(config[kStartWait]), [&host](const Fault& fault) {
            host.warning("storage.waiting", {{"hint", fault.text}});
          }};
}

}  // namespace

Target read_target(const Config& config) {
  Target target;
  target.places = read_places(config);
  target.database = name_in(config, kDatabase);
  target.user = name_in(config, kUser);
  target.password = config[kPassword];
  target.schema = name_in(config, kSchema);
  target.ssl_mode = config[kSslMode];
  target.ca_file = config[kCaFile];
  target.certificate = config[kCertificate];
  target.key = config[kKey];
  if (target.ssl_mode.starts_with("verify") && target.ca_file.empty()) {
    throw Error{JCT_E_CONFIG, "ca_file: ssl_mode " + target.ssl_mode + " needs to know who signs the certificate"};
  }
  if (target.certificate.empty() != target.key.empty()) {
    throw Error{JCT_E_CONFIG, "certificate, key: one needs the other"};
  }
  target.connect_timeout = millis(config[kConnectTimeout]);
  target.statement_timeout = millis(config[kStatementTimeout]);
  target.backoff = millis(config[kBackoff]);
  target.longest_backoff = millis(config[kLongestBackoff]);
  if (target.longest_backoff < target.backoff) {
    throw Error{JCT_E_CONFIG, "longest_backoff: expected no less than backoff"};
  }
  return target;
}

Settings read_settings(const Host& host, const Config& config) {
  Settings settings;
  settings.queue_requests = static_cast<size_t>(config[kQueue]);
  settings.queue_bytes = static_cast<size_t>(config[kQueueSize]);
  settings.batch = static_cast<size_t>(config[kBatch]);
  settings.retries = static_cast<size_t>(config[kRetries]);
  settings.known_bytes = static_cast<size_t>(config[kKeepKnown]);
  settings.start = read_start_wait(host, config);
  return settings;
}

SqlSettings read_sql_settings(const Host& host, const Config& config) {
  SqlSettings settings;
  settings.queue = static_cast<size_t>(config[kDatabaseQueue]);
  settings.batch = static_cast<size_t>(config[kDatabaseBatch]);
  settings.readers = static_cast<size_t>(config[kDatabaseReaders]);
  settings.retries = static_cast<size_t>(config[kRetries]);
  settings.start = read_start_wait(host, config);
  return settings;
}

}  // namespace junctor::storage::postgres
