// SPDX-License-Identifier: Apache-2.0
// junctorctl relays and punches. [home]
#include "commands.hpp"
#include "wire/dialled.hpp"

#include <junctor/command_json.hpp>
#include <string>
#include <vector>

namespace junctor::holepunch {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

int64_t seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

Object::Ptr row_of(const RelayWatch::Row& row) {
  const RelaySpec& spec = row.relay->spec();
  Object::Ptr out = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  out->set("name", spec.name);
  out->set("address", row.relay->is_this_host() ? "where the client found this server" : spec.address);
  out->set("weight", spec.weight);
  out->set("state", std::string{row.state});
  out->set("drain", row.relay->is_drained());
  out->set("since_s", seconds(row.since));
  out->set("handed_out", static_cast<Poco::UInt64>(row.relay->handed_out()));
  out->set("last_error", row.error);
  out->set("warning", row.relay->is_this_host() ? "" : wire::dialling_fault(spec.address));
  return out;
}

Object::Ptr row_of(const Learned::Row& row) {
  Object::Ptr out = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  out->set("a", row.a.ip_text());
  out->set("b", row.b.ip_text());
  out->set("age_s", seconds(row.age));
  out->set("left_s", seconds(row.left));
  out->set("spared", static_cast<Poco::UInt64>(row.spared));
  return out;
}

template <class Rows>
Array::Ptr rows_of(const Rows& rows) {
  Array::Ptr out = new Array;
  for (const auto& row : rows) out->add(row_of(row));
  return out;
}

}  // namespace

void relays_command(const Host& host, RelayWatch& watch, std::string_view args, const Reply& reply) {
  const std::vector<std::string> words = command::words(args);
  if (words.empty()) {
    Object answer;
    answer.set("rows", rows_of(watch.rows()));
    return reply.ok(command::text(answer));
  }
  if (words.size() != 2 || (words[0] != "drain" && words[0] != "undrain")) {
    return reply.fail(JCT_E_ARG, command::error("expected `relays`, `relays drain NAME` or `relays undrain NAME`"));
  }
  const bool drain = words[0] == "drain";
  if (!watch.set_drained(words[1], drain)) {
    return reply.fail(JCT_E_NOT_FOUND, command::error("no relay is named \"" + words[1] + "\"; `relays` lists them"));
  }
  host.event(JCT_LOG_INFO, drain ? "holepunch.relay_drained" : "holepunch.relay_undrained", {{"relay", words[1]}});
  reply.ok("{}");
}

void punches_command(Learned& learned, Duration now, std::string_view args, const Reply& reply) {
  const std::vector<std::string> words = command::words(args);
  Object answer{Poco::JSON_PRESERVE_KEY_ORDER};
  if (words.empty()) {
    answer.set("rows", rows_of(learned.rows(kMaxRows, now)));
    answer.set("total", static_cast<Poco::UInt64>(learned.size()));
    return reply.ok(command::text(answer));
  }
  if (words[0] != "clear" || words.size() > 2) {
    return reply.fail(JCT_E_ARG, command::error("expected `punches` or `punches clear [ADDRESS]`"));
  }
  const auto ip = words.size() == 2 ? wire::Address::parse_ip(words[1]) : wire::Address{};
  if (!ip) return reply.fail(JCT_E_ARG, command::error("expected an IP address, got \"" + words[1] + "\""));
  answer.set("cleared", static_cast<Poco::UInt64>(learned.forget(*ip)));
  reply.ok(command::text(answer));
}

}  // namespace junctor::holepunch
