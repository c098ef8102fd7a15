// SPDX-License-Identifier: Apache-2.0
// JSON of address books. Any thread.
#include "accounts/client_api/book_json.hpp"

#include "accounts/api/json_out.hpp"
#include "accounts/store/names.hpp"

namespace junctor::accounts {
namespace {

constexpr size_t kTagsOfEntry = 200;
constexpr size_t kTagsOfBook = 10'000;
constexpr size_t kTagBytes = 255;

std::vector<std::string> tag_names(const Body& body) {
  std::vector<std::string> out;
  for (const std::string& name : body.texts("tags", kTagsOfEntry, kTagBytes).value_or(std::vector<std::string>{})) {
    if (!name.empty() && name != "Untagged") out.push_back(name);
  }
  return out;
}

}  // namespace

std::string entry_json(const ListedEntry& row, bool personal, const Sealer& sealer) {
  const BookEntry& entry = row.entry;
  JsonObject out;
  out.put("id", entry.peer_id)
      .put("hash", personal ? open_secret(sealer, entry.hash, entry, "hash") : "")
      .put("password", personal ? "" : open_secret(sealer, entry.password, entry, "password"))
      .put("username", entry.username)
      .put("hostname", entry.hostname)
      .put("platform", entry.platform)
      .put("alias", entry.alias)
      .raw("tags", json_texts(entry.tags))
      .put("forceAlwaysRelay", entry.force_relay ? "true" : "false")
      .put("rdpPort", entry.rdp_port)
      .put("rdpUsername", entry.rdp_username)
      .put("loginName", entry.login_name)
      .put("device_group_name", row.device_group)
      .put("note", entry.note)
      .put("same_server", row.same_server);
  return out.str();
}

std::string tag_json(const BookTag& tag) { return JsonObject{}.put("name", tag.name).put("color", tag.color).str(); }

EntryChange entry_change(const Body& body, bool personal) {
  EntryChange change;
  change.alias = body.maybe_text("alias", 1024);
  change.note = body.maybe_text("note", 4096);
  if (personal) change.hash = body.maybe_text("hash", 1024);
  if (!personal) change.password = body.maybe_text("password", 1024);
  change.username = body.maybe_text("username", 1024);
  change.hostname = body.maybe_text("hostname", 1024);
  change.platform = body.maybe_text("platform", 64);
  change.rdp_port = body.maybe_text("rdpPort", 64);
  change.rdp_username = body.maybe_text("rdpUsername", 1024);
  change.login_name = body.maybe_text("loginName", 1024);
  if (const auto relay = body.maybe_text("forceAlwaysRelay", 16)) change.force_relay = *relay == "true";
  if (body.has("tags")) change.tags = tag_names(body);
  return change;
}

std::string tag_name(const std::string& name) {
  if (name == "Untagged") throw Refused{"\"Untagged\" is reserved: choose another name"};
  if (name.empty() || name.size() > kTagBytes) throw Refused{"A tag's name has 1 to 255 bytes"};
  return name;
}

uint32_t tag_color(const Body& body) {
  const auto color = body.integer("color");
  return color ? static_cast<uint32_t>(*color) : kTagColor;
}

LegacyBook read_legacy(std::string_view text, size_t peers_max) {
  LegacyBook book;
  const Body body = Body::parse(text.empty() || text == "null" ? "{}" : text);
  book.has_tags = body.has("tags");
  for (const std::string& name : body.texts("tags", kTagsOfBook, kTagBytes).value_or(std::vector<std::string>{})) {
    if (!name.empty() && name != "Untagged") book.tags.push_back(name);
  }
  for (const Body& peer : body.objects("peers", peers_max).value_or(std::vector<Body>{})) {
    const std::string id = peer.text("id", 255);
    if (!id.empty()) book.peers.push_back({id, entry_change(peer, true)});
  }
  const std::string colors = body.text("tag_colors", 1 << 20);
  if (colors.empty() || colors == "null") return book;
  const Body by_name = Body::parse(colors);
  for (const std::string& name : by_name.keys()) {
    if (const auto color = by_name.integer(name)) book.colors.emplace_back(name, static_cast<uint32_t>(*color));
  }
  return book;
}

std::string legacy_json(const std::vector<ListedEntry>& rows, const std::vector<BookTag>& tags, const Sealer& sealer) {
  std::vector<std::string> peers, names;
  JsonObject colors;
  for (const ListedEntry& row : rows) peers.push_back(entry_json(row, true, sealer));
  for (const BookTag& tag : tags) {
    names.push_back(tag.name);
    colors.put(tag.name, tag.color);
  }
  const std::string text =
      JsonObject{}.raw("tags", json_texts(names)).raw("peers", json_array(peers)).put("tag_colors", colors.str()).str();
  return JsonObject{}.put("data", text).put("licensed_devices", 0).str();
}

}  // namespace junctor::accounts
