// SPDX-License-Identifier: Apache-2.0
// junctorctl peers. [home]
#include "presence/peers_command.hpp"

#include <algorithm>
#include <charconv>
#include <junctor/command_json.hpp>

#include "wire/abi.hpp"

namespace junctor::rendezvous {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

const char* transport_word(const jct_channel& channel) {
  if (channel.transport == JCT_CHANNEL_UDP) return "udp";
  return channel.transport == JCT_CHANNEL_WS ? "ws" : "tcp";
}

Object::Ptr row_of(std::string_view id, const std::optional<Sighting>& seen, Duration now, Duration online_timeout) {
  Object::Ptr row = new Object{Poco::JSON_PRESERVE_KEY_ORDER};
  row->set("id", std::string{id});
  row->set("state", seen && seen->online(now, online_timeout) ? "online" : "offline");
  row->set("address", seen ? wire::from_abi(seen->channel.peer).text() : "");
  row->set("transport", seen ? transport_word(seen->channel) : "");
  if (seen && (seen->channel.flags & JCT_CHANNEL_ENCRYPTED) != 0) row->set("encrypted", true);
  if (seen) row->set("age_s", std::chrono::duration_cast<std::chrono::seconds>(now - seen->seen).count());
  return row;
}

}  // namespace

std::optional<PeersQuestion> parse_peers_args(std::string_view json) {
  const std::vector<std::string> words = command::words(json);
  PeersQuestion question;
  if (words.empty()) return question;
  if (words.size() == 1) {
    question.id = words[0];
    return question;
  }
  if (words.size() != 2 || words[0] != "page") return std::nullopt;
  const std::string& number = words[1];
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), question.page);
  const bool whole = error == std::errc{} && end == number.data() + number.size();
  if (!whole || question.page == 0 || question.page > SIZE_MAX / kPeersPerPage) return std::nullopt;
  return question;
}

std::string peers_page(const Presence& presence, size_t page, Duration now, Duration online_timeout) {
  Array::Ptr rows = new Array;
  for (const Presence::Row& peer : presence.page((page - 1) * kPeersPerPage, kPeersPerPage)) {
    rows->add(row_of(peer.id, peer.sighting, now, online_timeout));
  }
  const size_t total = presence.size();
  Object answer{Poco::JSON_PRESERVE_KEY_ORDER};
  answer.set("rows", rows);
  answer.set("total", static_cast<Poco::UInt64>(total));
  answer.set("page", static_cast<Poco::UInt64>(page));
  answer.set("pages", static_cast<Poco::UInt64>(std::max<size_t>(1, (total + kPeersPerPage - 1) / kPeersPerPage)));
  return command::text(answer);
}

std::string one_peer(std::string_view id, const std::optional<Sighting>& seen, bool key_known,
                     std::string_view stored_ip, Duration now, Duration online_timeout) {
  Object::Ptr row = row_of(id, seen, now, online_timeout);
  row->set("key", key_known ? "known" : "none");
  row->set("stored_ip", std::string{stored_ip});
  Array::Ptr rows = new Array;
  rows->add(row);
  Object answer;
  answer.set("rows", rows);
  return command::text(answer);
}

}  // namespace junctor::rendezvous
