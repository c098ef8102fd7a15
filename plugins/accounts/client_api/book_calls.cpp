// SPDX-License-Identifier: Apache-2.0
// Address books for clients. Connections' loops and database threads.
#include "accounts/client_api/book_calls.hpp"

#include <set>

#include "accounts/client_api/book_json.hpp"

namespace junctor::accounts {
namespace {

constexpr Need kRead{Resource::kAddressBooks, false};
constexpr Need kUserOnly{std::nullopt, false};
constexpr size_t kIdsAtOnce = 10'000;

/// "-" alone is none (http-api.md 8.1).
std::string filter_of(const http::Exchange& exchange, const char* name) {
  std::string text = exchange.query(name).value_or("");
  return text == "-" ? "" : text;
}

}  // namespace

void BookCalls::route(http::Server& server) {
  route_lists(server);
  route_edits(server);
  route_legacy(server);
}

void BookCalls::route_lists(http::Server& server) {
  constexpr uint32_t kBoth = JCT_HTTP_GET | JCT_HTTP_POST;  // clients POST without a body, scripts GET
  server.route(kBoth, "/api/ab/personal", [this](Exchange exchange) { personal(exchange); });
  server.route(kBoth, "/api/ab/settings", [this](Exchange exchange) { settings(exchange); });
  server.route(kBoth, "/api/ab/shared/profiles", [this](Exchange exchange) { profiles(exchange); });
  server.route(kBoth, "/api/ab/peers", [this](Exchange exchange) { peers(exchange); });
  server.route(kBoth, "/api/ab/tags/{guid}", [this](Exchange exchange) { tags(exchange); });
}

void BookCalls::route_edits(http::Server& server) {
  const http::RouteOptions room{limits_().body, {}, 0};
  const auto guarded = [](auto handler) {
    return [handler](Exchange exchange) { guarded_call(exchange, [&] { handler(exchange); }); };
  };
  server.post("/api/ab/peer/add/{guid}", guarded([this](const Exchange& e) { edit_peer(e, true); }), room);
  server.put("/api/ab/peer/update/{guid}", guarded([this](const Exchange& e) { edit_peer(e, false); }), room);
  server.remove("/api/ab/peer/{guid}", guarded([this](const Exchange& e) { delete_peers(e); }), room);
  server.post("/api/ab/tag/add/{guid}", guarded([this](const Exchange& e) { edit_tag(e); }), room);
  server.put("/api/ab/tag/update/{guid}", guarded([this](const Exchange& e) { edit_tag(e); }), room);
  server.put("/api/ab/tag/rename/{guid}", guarded([this](const Exchange& e) { rename(e); }), room);
  server.remove("/api/ab/tag/{guid}", guarded([this](const Exchange& e) { delete_tags(e); }), room);
  server.get("/api/ab/recycle/{guid}", guarded([this](const Exchange& e) { bin(e); }));
  server.post("/api/ab/recycle/restore/{guid}", guarded([this](const Exchange& e) { change_bin(e, true, false); }),
              room);
  server.post("/api/ab/recycle/delete/{guid}", guarded([this](const Exchange& e) { change_bin(e, false, false); }),
              room);
  server.post("/api/ab/recycle/empty/{guid}", guarded([this](const Exchange& e) { change_bin(e, false, true); }), room);
}

void BookCalls::route_legacy(http::Server& server) {
  const http::RouteOptions room{limits_().legacy_body, {}, 0};
  server.get("/api/ab", [this](Exchange exchange) { legacy_get(exchange); });
  server.post(
      "/api/ab", [this](Exchange exchange) { guarded_call(exchange, [&] { legacy_put(exchange); }); }, room);
  server.post("/api/ab/get", [this](Exchange exchange) { legacy_get(exchange); });
}

Book BookCalls::open(const Sql& sql, const std::string& guid, const Caller& caller, BookLevel needed) const {
  const auto book = book_by_guid(sql, guid);
  const BookLevel level = book ? level_on(sql, *book, caller.user) : BookLevel::kNone;
  if (!book || level == BookLevel::kNone) throw Refused{"There is no such address book, or you have no right on it"};
  if (level < needed) throw Refused{"You may only read this address book"};
  return *book;
}

void BookCalls::check_id(const Sql& sql, const Book& book, const std::string& id, const Caller& caller) const {
  if (has_peer(sql, book.id, id)) return;
  if (calls_.roster().device(id)) {
    const int64_t now = calls_.now();
    if (caller.administrator || calls_.roster().is_visible(caller.user, id, now)) return;
    throw Refused{"The device " + id + " cannot be added: you have no access to it"};
  }
  if (id.find_first_of(".:@") != std::string::npos) return;
  throw Refused{"The ID " + id + " is not known here: expected a device of this server, an address, or ID@server"};
}

// ---- lists ----------------------------------------------------------------------------------------------------------

void BookCalls::personal(const Exchange& exchange) {
  calls_.write(exchange, kRead, [now = calls_.now()](const Sql& sql, Touched&, const Caller& caller) {
    return http::json(JsonObject{}.put("guid", personal_book(sql, caller.user, now).guid).str());
  });
}

void BookCalls::settings(const Exchange& exchange) {
  calls_.read(exchange, {}, [max = limits_().max_peers](const Sql&, const Caller&) {
    return http::json(JsonObject{}.put("max_peer_one_ab", max).str());
  });
}

void BookCalls::profiles(const Exchange& exchange) {
  const Page page = page_of(exchange);
  calls_.read(exchange, kRead, [this, page, name = filter_of(exchange, "name")](const Sql& sql, const Caller& caller) {
    std::vector<std::string> rows;
    for (const SharedBook& one : shared_books_of(sql, caller.user, name, page.size, page.offset())) {
      JsonObject row;
      row.put("guid", one.book.guid).put("name", one.book.name).put("owner", one.owner_name).put("note", one.book.note);
      row.put("rule", static_cast<int>(one.level));
      const auto password = calls_.sealer().open(one.book.password, "book:" + one.book.guid);
      if (password && !password->empty()) row.raw("info", JsonObject{}.put("password", *password).str());
      rows.push_back(row.str());
    }
    return http::json(page_json(count_shared_books_of(sql, caller.user, name), rows));
  });
}

void BookCalls::peers(const Exchange& exchange) {
  const Page page = page_of(exchange);
  const EntryFilter filter{filter_of(exchange, "id"), filter_of(exchange, "alias")};
  calls_.read(exchange, kRead,
              [this, page, filter, guid = exchange.query("ab").value_or("")](const Sql& sql, const Caller& caller) {
                const Book book = open(sql, guid, caller, BookLevel::kRead);
                std::vector<std::string> rows;
                for (const ListedEntry& row : entries_of(sql, book.id, filter, page.size, page.offset())) {
                  rows.push_back(entry_json(row, book.personal, calls_.sealer()));
                }
                return http::json(page_json(count_entries(sql, book.id, filter), rows));
              });
}

void BookCalls::tags(const Exchange& exchange) {
  calls_.read(exchange, kRead,
              [this, guid = std::string{exchange.param("guid")}](const Sql& sql, const Caller& caller) {
                std::vector<std::string> rows;
                for (const BookTag& tag : tags_of(sql, open(sql, guid, caller, BookLevel::kRead).id))
                  rows.push_back(tag_json(tag));
                return http::json(json_array(rows));
              });
}

// ---- edits ----------------------------------------------------------------------------------------------------------

void BookCalls::edit(const Exchange& exchange, Edit edit, Need need) {
  calls_.write(exchange, need,
               [this, guid = std::string{exchange.param("guid")}, edit = std::move(edit)](
                   const Sql& sql, Touched& touched, const Caller& caller) {
                 edit(sql, open(sql, guid, caller, BookLevel::kReadWrite), touched, caller);
                 return http::empty();
               });
}

void BookCalls::edit_peer(const Exchange& exchange, bool add) {
  const Body body = Body::parse(exchange.body());
  const std::string id = body.required_text("id", 255);
  edit(exchange, [this, body, id, add, max = limits_().max_peers, now = calls_.now()](
                     const Sql& sql, const Book& book, Touched& touched, const Caller& caller) {
    const bool fresh = add && !entry_by_peer(sql, book.id, id);
    if (fresh) check_id(sql, book, id, caller);
    if (fresh && max > 0 && count_entries(sql, book.id) >= max) {
      throw Refused{"This address book is full: it holds " + std::to_string(max) + " entries"};
    }
    put_entry(sql, calls_.sealer(), book, id, entry_change(body, book.personal), add, now, touched);
  });
}

void BookCalls::delete_peers(const Exchange& exchange) {
  edit(exchange, [ids = parse_texts(exchange.body(), kIdsAtOnce, 255), now = calls_.now()](
                     const Sql& sql, const Book& book, Touched& touched, const Caller&) {
    for (const std::string& id : ids) bin_entry(sql, book, id, now, touched);
  });
}

void BookCalls::edit_tag(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const std::string name = tag_name(body.text("name"));
  edit(exchange, [name, color = tag_color(body)](const Sql& sql, const Book& book, Touched&, const Caller&) {
    put_tag(sql, book.id, name, color);
  });
}

void BookCalls::rename(const Exchange& exchange) {
  const Body body = Body::parse(exchange.body());
  const std::string from = tag_name(body.text("old")), to = tag_name(body.text("new"));
  edit(exchange,
       [from, to](const Sql& sql, const Book& book, Touched&, const Caller&) { rename_tag(sql, book.id, from, to); },
       {});
}

void BookCalls::delete_tags(const Exchange& exchange) {
  edit(exchange, [names = parse_texts(exchange.body(), kIdsAtOnce, 255)](const Sql& sql, const Book& book, Touched&,
                                                                         const Caller&) {
    for (const std::string& name : names) delete_tag(sql, book.id, name);
  });
}

// ---- the bin --------------------------------------------------------------------------------------------------------

void BookCalls::bin(const Exchange& exchange) {
  calls_.read(exchange, kRead,
              [this, guid = std::string{exchange.param("guid")}](const Sql& sql, const Caller& caller) {
                const Book book = open(sql, guid, caller, BookLevel::kReadWrite);
                std::vector<std::string> rows;
                for (const BookEntry& entry : binned_entries(sql, book.id, Page::kMax)) {
                  rows.push_back(JsonObject{}
                                     .put("id", entry.peer_id)
                                     .put("alias", entry.alias)
                                     .put("note", entry.note)
                                     .put("deleted", entry.deleted)
                                     .str());
                }
                return http::json(page_json(static_cast<int64_t>(rows.size()), rows));
              });
}

void BookCalls::change_bin(const Exchange& exchange, bool restore, bool all) {
  const auto ids = all ? std::vector<std::string>{} : parse_texts(exchange.body(), kIdsAtOnce, 255);
  if (!all && ids.empty()) {
    exchange.answer(http::empty());
    return;
  }
  edit(exchange, [ids, restore](const Sql& sql, const Book& book, Touched& touched, const Caller&) {
    if (restore) return restore_entries(sql, book, ids, touched);
    drop_entries(sql, book, ids);
  });
}

// ---- the legacy book is the personal one ----------------------------------------------------------------------------

void BookCalls::legacy_get(const Exchange& exchange) {
  calls_.write(
      exchange, kUserOnly,
      [this, max = limits_().legacy_peers, now = calls_.now()](const Sql& sql, Touched&, const Caller& caller) {
        const Book book = personal_book(sql, caller.user, now);
        return http::json(legacy_json(entries_of(sql, book.id, {}, max, 0), tags_of(sql, book.id), calls_.sealer()));
      });
}

/// A diff, not a replacement: what is missing goes to the bin, so that a stale client wipes nothing for good. Strange
/// ids are passed over, so that one of them does not fail the whole.
void BookCalls::legacy_put(const Exchange& exchange) {
  const LegacyBook given = read_legacy(Body::parse(exchange.body()).text("data", limits_().legacy_body),
                                       static_cast<size_t>(limits_().legacy_peers));
  calls_.write(
      exchange, kUserOnly,
      [this, given, now = calls_.now(), most = limits_()](const Sql& sql, Touched& touched, const Caller& caller) {
        const Book book = personal_book(sql, caller.user, now);
        std::set<std::string> kept;
        for (const LegacyBook::Peer& peer : given.peers) {
          const bool fresh = !entry_by_peer(sql, book.id, peer.id);
          const bool full = most.max_peers > 0 && static_cast<int64_t>(kept.size()) >= most.max_peers;
          try {
            if (fresh) check_id(sql, book, peer.id, caller);
            if (!fresh || !full) put_entry(sql, calls_.sealer(), book, peer.id, peer.change, true, now, touched);
          } catch (const Refused&) {
            continue;
          }
          kept.insert(peer.id);
        }
        for (const ListedEntry& row : entries_of(sql, book.id, {}, most.legacy_peers, 0)) {
          if (kept.count(row.entry.peer_id) == 0) bin_entry(sql, book, row.entry.peer_id, now, touched);
        }
        const std::set<std::string> names(given.tags.begin(), given.tags.end());
        std::set<std::string> there;
        for (const BookTag& tag : tags_of(sql, book.id)) {
          if (given.has_tags && names.count(tag.name) == 0)
            delete_tag(sql, book.id, tag.name);
          else
            there.insert(tag.name);
        }
        for (const std::string& name : names) {
          if (there.count(name) == 0) put_tag(sql, book.id, name, kTagColor);
        }
        for (const auto& [name, color] : given.colors) {
          if (names.count(name) != 0) put_tag(sql, book.id, name, color);
        }
        return http::empty();
      });
}

}  // namespace junctor::accounts
