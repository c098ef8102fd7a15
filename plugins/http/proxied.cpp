// SPDX-License-Identifier: Apache-2.0
#include "proxied.hpp"

#include <algorithm>

#include "wire/abi.hpp"

namespace junctor::http {
namespace {

std::string_view view(jct_str text) { return {text.data, static_cast<size_t>(text.size)}; }

/// All values of a name as one list, from its end: the last item of the last header first.
class FromTheEnd {
 public:
  FromTheEnd(const Head& head, std::string_view name) : head_{head}, name_{name}, field_{head.fields.size()} {}

  bool next(std::string_view* item) {
    while (!open_) {
      if (field_ == 0) return false;
      --field_;
      if (view(head_.fields[field_].name) != name_) continue;
      left_ = view(head_.fields[field_].value);
      open_ = true;
    }
    const size_t comma = left_.rfind(',');
    *item = trimmed(comma == std::string_view::npos ? left_ : left_.substr(comma + 1));
    open_ = comma != std::string_view::npos;
    left_ = open_ ? left_.substr(0, comma) : std::string_view{};
    return true;
  }

 private:
  const Head& head_;
  std::string_view name_;
  size_t field_;
  std::string_view left_;
  bool open_ = false;
};

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

/// Of "for=a;proto=https": the value of `name`.
std::string_view part(std::string_view element, std::string_view name) {
  while (!element.empty()) {
    const size_t end = element.find(';');
    const std::string_view pair = trimmed(element.substr(0, end));
    element.remove_prefix(end == std::string_view::npos ? element.size() : end + 1);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && same_text(pair.substr(0, equals), name)) {
      return unquoted(pair.substr(equals + 1));
    }
  }
  return {};
}

void take_scheme(std::string_view text, Origin* origin) {
  if (same_text(text, "https")) origin->scheme = "https";
  if (same_text(text, "http")) origin->scheme = "http";
}

void take_host(std::string_view text, Origin* origin) {
  if (!text.empty() && text.find_first_of("/?#@\\ \t,\"<>") == std::string_view::npos) origin->host = text;
}

}  // namespace

std::optional<wire::Address> node_address(std::string_view text, uint16_t port) {
  if (const auto bare = wire::Address::parse_ip(text, port)) return bare;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    return wire::Address::parse_ip(text.substr(1, text.size() - 2), port);
  }
  const auto whole = wire::Address::parse(text);
  return whole && whole->port == 0 ? std::optional{whole->with_port(port)} : whole;
}

Proxies::Proxies(const std::vector<std::string>& trusted, Naming naming) : naming_{naming} {
  for (const std::string& text : trusted) {
    if (const auto network = wire::Network::parse(text)) trusted_.push_back(*network);
  }
}

bool Proxies::trusts(const wire::Address& address) const {
  return std::any_of(trusted_.begin(), trusted_.end(), [&](const auto& network) { return network.contains(address); });
}

bool Proxies::read_real_ip(const Head& head, uint16_t port, Origin* origin) const {
  const auto named = head.first("x-real-ip");
  if (!named) return false;
  const auto client = node_address(*named, port);
  if (!client) {
    origin->unread = *named;
    return false;
  }
  origin->client = wire::to_abi(*client);
  return true;
}

bool Proxies::walk_forwarded_for(const Head& head, uint16_t port, Origin* origin) const {
  FromTheEnd chain{head, "x-forwarded-for"};
  bool found = false;
  for (std::string_view item; chain.next(&item);) {
    const auto client = node_address(item, port);
    if (!client) {
      origin->unread = item;
      return found;
    }
    origin->client = wire::to_abi(*client);
    found = true;
    if (!trusts(*client)) break;
  }
  return found;
}

bool Proxies::walk_forwarded(const Head& head, uint16_t port, Origin* origin) const {
  FromTheEnd chain{head, "forwarded"};
  bool found = false;
  for (std::string_view item; chain.next(&item);) {
    take_scheme(part(item, "proto"), origin);
    take_host(part(item, "host"), origin);
    const std::string_view named = part(item, "for");
    const auto client = node_address(named, port);
    if (!client) {
      origin->unread = named.empty() ? item : named;
      return found;
    }
    origin->client = wire::to_abi(*client);
    found = true;
    if (!trusts(*client)) break;
  }
  return found;
}

Origin Proxies::origin(const Head& head, const jct_addr& peer, bool tls) const {
  Origin origin{peer, false, tls ? "https" : "http", head.host, {}};
  if (trusted_.empty() || !trusts(wire::from_abi(peer))) return origin;
  const auto wanted = [this](Naming one) { return naming_ == Naming::kAny || naming_ == one; };
  origin.proxied = (wanted(Naming::kRealIp) && read_real_ip(head, peer.port, &origin)) ||
                   (wanted(Naming::kForwarded) && walk_forwarded(head, peer.port, &origin)) ||
                   (wanted(Naming::kForwardedFor) && walk_forwarded_for(head, peer.port, &origin));
  if (origin.proxied) origin.unread = {};
  // Of several values the last proxy's own is the last.
  std::string_view last;
  if (FromTheEnd{head, "x-forwarded-proto"}.next(&last)) take_scheme(last, &origin);
  if (FromTheEnd{head, "x-forwarded-host"}.next(&last)) take_host(last, &origin);
  return origin;
}

}  // namespace junctor::http
