// SPDX-License-Identifier: Apache-2.0
// Tags, rules and the bins of address books over the API (accounts.md 16).
#include "accounts/admin_api/contract/time_text.hpp"
#include "accounts/admin_api/core/lookup.hpp"
#include "accounts/admin_api/resources/book_acts.hpp"
#include "accounts/admin_api/resources/resources.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr int64_t kBinSeconds = 30 * 86'400;
constexpr std::string_view kLevels[] = {"none", "read", "write", "full"};

std::string_view level_word(BookLevel level) { return kLevels[static_cast<size_t>(level) & 3]; }

BookLevel level_named(const std::string& word) {
  return word == "read" ? BookLevel::kRead : word == "write" ? BookLevel::kReadWrite : BookLevel::kFull;
}

Book asked(const Call& call, BookLevel needed) { return book_of(call, call.parameter("book"), needed); }

// ---- tags, rules, bin ----

std::string tag_json(const Call& call, const BookTag& tag) {
  return JsonObject{}
      .put("name", tag.name)
      .put("colour", static_cast<int64_t>(tag.color))
      .put("entries",
           call.sql.number("SELECT COUNT(*) FROM {p}entry_tags m JOIN {p}entries e ON e.id = m.entry_id WHERE "
                           "m.tag_id = ?1 AND e.deleted = 0",
                           {tag.id}))
      .str();
}

std::string tag_named(const Call& call, const Book& book, const std::string& name) {
  for (const BookTag& one : tags_of(call.sql, book.id)) {
    if (one.name == name) return tag_json(call, one);
  }
  throw Refused{not_found("tag")};
}

Reply tags(Call& call) {
  const Book book = asked(call, BookLevel::kRead);
  std::vector<std::string> items;
  for (const BookTag& one : tags_of(call.sql, book.id)) items.push_back(tag_json(call, one));
  return Reply::json(Listing::page(items, std::nullopt, static_cast<int64_t>(items.size())));
}

std::string checked_tag(const std::string& name) {
  if (name == "Untagged") refuse_field("name", "reserved", "Clients use this word for entries without a tag.", 409);
  return name;
}

Reply add_tag(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const std::string name = checked_tag(call.text("name"));
  put_tag(call.sql, book.id, name, static_cast<uint32_t>(call.integer("colour", kTagColor)));
  return Reply::json(tag_named(call, book, name), 201);
}

Reply update_tag(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  std::string name = call.parameter("tag");
  tag_named(call, book, name);
  if (call.has("name") && call.text("name") != name) {
    rename_tag(call.sql, book.id, name, checked_tag(call.text("name")));
    name = call.text("name");
  }
  if (call.has("colour")) put_tag(call.sql, book.id, name, static_cast<uint32_t>(call.integer("colour")));
  return Reply::json(tag_named(call, book, name));
}

Reply delete_tag_asked(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  tag_named(call, book, call.parameter("tag"));
  delete_tag(call.sql, book.id, call.parameter("tag"));
  return Reply::nothing();
}

constexpr const char* kRuleColumns =
    "r.guid, r.target, COALESCE(u.guid, g.guid, ''), COALESCE(u.name, g.name, ''), r.level";
constexpr const char* kRuleFrom =
    "{p}book_rules r LEFT JOIN {p}users u ON r.target = 2 AND u.id = r.target_id LEFT JOIN {p}user_groups g ON "
    "r.target = 1 "
    "AND g.id = r.target_id";
constexpr std::string_view kTargets[] = {"everyone", "user_group", "user"};

Entity rule_row(const Row& row, size_t at) {
  Entity out;
  out.fixed.put("guid", row.text(at)).put("target", kTargets[row.integer(at + 1) % 3]);
  out.fixed.raw("who", json_ref(row.view(at + 2), row.view(at + 3)));
  out.fixed.put("level", level_word(static_cast<BookLevel>(row.integer(at + 4))));
  return out;
}

Entity rule_entity(const Call& call, std::string_view guid) {
  const auto found = call.sql.one(std::string{"SELECT "} + kRuleColumns + " FROM " + kRuleFrom + " WHERE r.guid = ?1",
                                  {guid}, [](const Row& row) { return rule_row(row, 0); });
  if (!found) throw Refused{not_found("rule")};
  return *found;
}

Reply rules(Call& call) {
  const Book book = asked(call, BookLevel::kFull);
  constexpr SortColumn kSorts[] = {{"guid", "r.guid"}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.where("r.book_id = " + listing.bind_number(book.id));
  return Reply::json(listing.run(call.sql, kRuleColumns, kRuleFrom, "r.id",
                                 [](const Row& row, size_t at) { return rule_row(row, at).json(); }));
}

Reply add_rule(Call& call) {
  const Book book = asked(call, BookLevel::kFull);
  BookRule rule;
  rule.level = level_named(call.text("level"));
  const std::string target = call.text("target");
  if (target != "everyone") {
    rule.target = target == "user" ? BookRule::For::kUser : BookRule::For::kUserGroup;
    rule.ref = row_in(call, target == "user" ? "users" : "user_groups", target, "who_guid", call.text("who_guid"));
  }
  return call.shown(rule_entity(call, put_rule(call, book, rule)));
}

Reply update_rule(Call& call) {
  const FoundRule rule = rule_of(call, call.parameter("rule"));
  call.require_match(rule_entity(call, call.parameter("rule")));
  if (call.has("level")) set_rule_level(call, rule, level_named(call.text("level")));
  return call.shown(rule_entity(call, call.parameter("rule")));
}

Reply remove_rule(Call& call) {
  const FoundRule rule = rule_of(call, call.parameter("rule"));
  call.require_match(rule_entity(call, call.parameter("rule")));
  delete_rule(call, rule);
  return Reply::nothing();
}

Reply entry_bin(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  constexpr SortColumn kSorts[] = {{"deleted", "e.deleted", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.where("e.book_id = " + listing.bind_number(book.id) + " AND e.deleted <> 0");
  return Reply::json(listing.run(call.sql, "e.guid, e.peer_id, e.alias, e.deleted", "{p}entries e", "e.id",
                                 [](const Row& row, size_t at) {
                                   return JsonObject{}
                                       .put("guid", row.text(at))
                                       .put("id", row.text(at + 1))
                                       .put("alias", row.text(at + 2))
                                       .put("deleted", time_text(row.integer(at + 3)))
                                       .put("expires", time_text(row.integer(at + 3) + kBinSeconds))
                                       .str();
                                 }));
}

/// Their ids; of all that are there where none are named.
std::vector<std::string> binned(const Call& call, const Book& book) {
  if (!call.has("entries")) {
    return call.sql.all("SELECT peer_id FROM {p}entries WHERE book_id = ?1 AND deleted <> 0 ORDER BY id LIMIT 100000",
                        {book.id}, [](const Row& row) { return row.text(0); });
  }
  std::vector<std::string> out;
  for (const std::string& guid : call.texts("entries")) {
    const auto id = call.sql.one("SELECT peer_id FROM {p}entries WHERE book_id = ?1 AND deleted <> 0 AND guid = ?2",
                                 {book.id, guid}, [](const Row& row) { return row.text(0); });
    if (!id) throw Refused{not_found("entry")};
    out.push_back(*id);
  }
  return out;
}

Reply bin_done(size_t count) { return Reply::json(JsonObject{}.put("done", count).raw("failed", "[]").str()); }

Reply restore(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const auto peers = binned(call, book);
  if (!peers.empty()) restore_entries(call.sql, book, peers, call.touched);
  return bin_done(peers.size());
}

Reply empty_bin(Call& call) {
  const Book book = asked(call, BookLevel::kReadWrite);
  const auto peers = binned(call, book);
  if (!peers.empty()) drop_entries(call.sql, book, peers);
  call.log(Subject::kBooks, call.has("entries") ? Operation::kDeleteFromBin : Operation::kEmptyBin, book.name);
  return bin_done(peers.size());
}

Reply book_bin(Call& call) {
  constexpr SortColumn kSorts[] = {{"deleted", "b.deleted", true}};
  Listing listing{call.endpoint, call.query, kSorts};
  listing.where("b.deleted <> 0 AND b.personal = 0 AND b.owner_id = " + listing.bind_number(call.caller.user));
  return Reply::json(listing.run(call.sql, "b.guid, b.name, u.guid, u.name, b.deleted",
                                 "{p}books b LEFT JOIN {p}users u ON u.id = b.owner_id", "b.id",
                                 [](const Row& row, size_t at) {
                                   return JsonObject{}
                                       .put("guid", row.text(at))
                                       .put("name", row.text(at + 1))
                                       .raw("owner", json_ref(row.view(at + 2), row.view(at + 3)))
                                       .put("deleted", time_text(row.integer(at + 4)))
                                       .put("expires", time_text(row.integer(at + 4) + kBinSeconds))
                                       .str();
                                 }));
}

Reply restore_book(Call& call) {
  const auto book = book_by_guid(call.sql, call.parameter("book"));
  if (!book || book->deleted == 0 || book->personal || book->owner != call.caller.user) {
    throw Refused{not_found("deleted address book")};
  }
  if (shared_book_by_name(call.sql, book->name)) {
    refuse(409, "taken", "There is another address book of this name now: rename that first.");
  }
  call.sql.exec("UPDATE {p}books SET deleted = 0 WHERE id = ?1", {book->id});
  call.touched.books.insert(book->id);
  call.log(Subject::kBooks, Operation::kRestoreBook, book->name);
  return Reply::json(book_json(call, book->id));
}

}  // namespace

void add_book_parts(Handlers& out) {
  out.insert({{"books.bin", book_bin},
              {"books.restore", restore_book},
              {"books.tags", tags},
              {"books.addTag", add_tag},
              {"books.updateTag", update_tag},
              {"books.deleteTag", delete_tag_asked},
              {"books.rules", rules},
              {"books.addRule", add_rule},
              {"books.updateRule", update_rule},
              {"books.deleteRule", remove_rule},
              {"books.entryBin", entry_bin},
              {"books.restoreEntries", restore},
              {"books.emptyBin", empty_bin}});
}

}  // namespace junctor::accounts::admin
