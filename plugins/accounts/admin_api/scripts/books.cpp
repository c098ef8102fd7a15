// SPDX-License-Identifier: Apache-2.0
// ab.py (http-api.md 8.5): books and rules; entries and tags are the clients' own calls.
#include "accounts/admin_api/resources/book_acts.hpp"
#include "accounts/admin_api/scripts/script.hpp"
#include "accounts/store/names.hpp"

namespace junctor::accounts::admin {
namespace {

std::string info_password(const ScriptCall& script, bool* given) {
  const auto info = script.object()->getObject("info");
  *given = !info.isNull() && info->has("password");
  return *given ? text_in(*info, "password") : std::string{};
}

Reply add(ScriptCall& script) {
  BookWish wish;
  wish.name = script.text("name");
  wish.note = script.text("note");
  bool given = false;
  const std::string password = info_password(script, &given);
  if (given) wish.password = password;
  const Book book = make_book(script.call, wish);
  return Reply::json(JsonObject{}.put("guid", book.guid).put("name", book.name).str());
}

Reply update(ScriptCall& script) {
  Call& call = script.call;
  const Book book = book_of(call, script.text("guid"), BookLevel::kFull);
  BookWish wish;
  if (script.has("name")) wish.name = script.text("name");
  if (script.object()->has("note")) wish.note = script.text("note");
  if (script.has("owner")) wish.owner = need_named(call, "users", "user", script.text("owner"));
  bool given = false;
  const std::string password = info_password(script, &given);
  if (given) wish.password = password;
  change_book(call, book, wish);
  return done();
}

Reply remove(ScriptCall& script) {
  for (const std::string& guid : script.texts()) {
    delete_book(script.call, book_of(script.call, guid, BookLevel::kFull));
  }
  return done();
}

Reply rules(ScriptCall& script) {
  const Book book = book_of(script.call, script.given("ab").value_or(""), BookLevel::kFull);
  ScriptList rows{script};
  rows.listing().where("r.book_id = " + rows.listing().bind_number(book.id));
  return Reply::json(rows.run("r.guid, r.target, r.level, COALESCE(u.name, g.name, '')",
                              "{p}book_rules r LEFT JOIN {p}users u ON r.target = 2 AND u.id = r.target_id LEFT JOIN "
                              "{p}user_groups g ON r.target = 1 AND g.id = r.target_id",
                              "r.id", [](const Row& row) {
                                JsonObject out;
                                out.put("guid", row.text(0));
                                if (row.integer(1) == 2) out.put("user", row.text(3));
                                if (row.integer(1) == 1) out.put("group", row.text(3));
                                return out.put("rule", row.integer(2)).str();
                              }));
}

BookLevel level_of(const ScriptCall& script) {
  const auto value = script.object()->get("rule");
  const int64_t level = value.isInteger() ? value.convert<int64_t>() : 0;
  if (level < 1 || level > 3) refuse(422, "invalid", "rule: expected 1 (read), 2 (read and write) or 3 (full)");
  return static_cast<BookLevel>(level);
}

Reply add_rule(ScriptCall& script) {
  Call& call = script.call;
  const Book book = book_of(call, script.text("guid"), BookLevel::kFull);
  BookRule rule;
  rule.level = level_of(script);
  if (script.has("user")) {
    rule.target = BookRule::For::kUser;
    rule.ref = need_named(call, "users", "user", script.text("user"));
  } else if (script.has("group")) {
    rule.target = BookRule::For::kUserGroup;
    rule.ref = need_named(call, "user_groups", "user group", script.text("group"));
  }
  return Reply::json(JsonObject{}.put("guid", put_rule(call, book, rule)).str());
}

Reply change_rule(ScriptCall& script) {
  set_rule_level(script.call, rule_of(script.call, script.text("guid")), level_of(script));
  return done();
}

Reply remove_rules(ScriptCall& script) {
  for (const std::string& guid : script.texts()) delete_rule(script.call, rule_of(script.call, guid));
  return done();
}

}  // namespace

std::vector<Script> book_scripts() {
  return {{Method::kPost, "/ab/shared/add", "address-books", false, add},
          {Method::kPut, "/ab/shared/update/profile", "address-books", false, update},
          {Method::kDelete, "/ab/shared", "address-books", false, remove},
          {Method::kGet, "/ab/rules", "address-books", true, rules},
          {Method::kPost, "/ab/rule", "address-books", false, add_rule},
          {Method::kPatch, "/ab/rule", "address-books", false, change_rule},
          {Method::kDelete, "/ab/rules", "address-books", false, remove_rules}};
}

}  // namespace junctor::accounts::admin
