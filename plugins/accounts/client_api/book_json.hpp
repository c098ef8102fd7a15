// SPDX-License-Identifier: Apache-2.0
// Entries and tags of address books as clients read and write them (http-api.md 5). Values; any thread.
#pragma once

#include <string>
#include <vector>

#include "accounts/api/body.hpp"
#include "accounts/client_api/books.hpp"

namespace junctor::accounts {

/// A row of ab/peers. Secrets are opened for it: `hash` of personal books, `password` of shared ones.
std::string entry_json(const ListedEntry& row, bool personal, const Sealer& sealer);
std::string tag_json(const BookTag& tag);
/// What a body says of a peer; the other book's kind of secret is passed over.
EntryChange entry_change(const Body& body, bool personal);
/// Throws Refused for what is no tag's name.
std::string tag_name(const std::string& name);
uint32_t tag_color(const Body& body);

/// The legacy book: text in text in text (http-api.md 5.4).
struct LegacyBook {
  struct Peer {
    std::string id;
    EntryChange change;
  };
  std::vector<std::string> tags;
  std::vector<Peer> peers;
  std::vector<std::pair<std::string, uint32_t>> colors;
  bool has_tags = false;
};
/// `text` of the body's "data".
LegacyBook read_legacy(std::string_view text, size_t peers_max);
std::string legacy_json(const std::vector<ListedEntry>& rows, const std::vector<BookTag>& tags, const Sealer& sealer);

}  // namespace junctor::accounts
