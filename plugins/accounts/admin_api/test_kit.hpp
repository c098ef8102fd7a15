// SPDX-License-Identifier: Apache-2.0
// For tests: the API on a real schema, called as somebody, its answers held against the contract.
#pragma once

#include <Poco/JSON/Parser.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "accounts/admin_api/core/site.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/admin_api/test_conform.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/test_store.hpp"

namespace junctor::accounts::admin {

class TestSite : public Site {
 public:
  int64_t console_idle() const override { return 43'200; }
  int64_t console_longest() const override { return 2'592'000; }
  bool demands_factor(bool) const override { return false; }
  std::string admin_networks() const override { return {}; }
  std::string console_networks() const override { return {}; }
  bool cut_running() const override { return cuts; }
  bool users_make_books() const override { return true; }
  std::shared_ptr<const SiteSettings> settings() const override { return present; }
  bool sends_mail() const override { return mails_there; }
  bool may_ask_for_mail(std::string_view, const std::string&) const override { return mails_allowed; }
  void send(const Mail& mail) const override { sent.push_back(mail); }
  void tell(const Told& one) const override { told.push_back(one); }
  void apply(const SiteSettings::Stored& stored) const override {
    present = std::make_shared<const SiteSettings>(present->with(stored));
  }
  std::string public_url() const override { return "https://rd.example.org"; }
  bool share_outside_group() const override { return false; }
  const Sealer& sealer() const override { return sealer_; }
  Enrolment& enrolment() const override { std::abort(); }
  std::string qr_code(const std::string&) const override { return "<svg/>"; }
  bool code_fits(const Sql&, Ref, const std::string& code, int64_t) const override { return code == "123456"; }
  std::vector<std::string> new_backup_codes(const Sql&, Ref) const override { return {"111111"}; }
  void disconnect(std::string_view, const std::vector<int64_t>&) const override {}
  std::string version() const override { return "0.1.0"; }
  std::string public_key() const override { return "KEY="; }
  int64_t client_idle() const override { return 7'776'000; }
  bool logs_admin_only() const override { return admins_only; }
  bool is_ending(std::string_view, int64_t) const override { return false; }
  DevicePresence presence(std::string_view) const override { return {}; }
  std::vector<std::string> reachable(Ref, int64_t) const override { return reached; }
  bool reaches(Ref, std::string_view id, int64_t) const override {
    return std::find(reached.begin(), reached.end(), id) != reached.end();
  }

  const Roster& roster() const override { return roster_; }

  std::vector<std::string> reached;
  bool admins_only = false;
  bool cuts = false;
  bool mails_there = false;
  bool mails_allowed = true;
  mutable std::vector<Mail> sent;
  mutable std::vector<Told> told;
  mutable std::shared_ptr<const SiteSettings> present = std::make_shared<const SiteSettings>();

 private:
  Roster roster_;
  Sealer sealer_{std::array<uint8_t, Sealer::kKeySize>{}};
};

/// An answer, with its JSON where it has one.
struct Answered {
  uint32_t status = 0;
  std::string text;
  http::Headers headers;
  Poco::JSON::Object::Ptr json{};

  std::string at(const std::string& key) const { return json->get(key).toString(); }
  std::string reason() const { return status >= 400 ? at("reason") : std::string{}; }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
  size_t rows() const { return json->getArray("items")->size(); }
  Poco::JSON::Object::Ptr row(unsigned at) const { return json->getArray("items")->getObject(at); }
};

class Kit {
 public:
  Kit() { admin = session_of(add("admin", true)); }

  /// Adds a user; the guid names him, session_of logs him in.
  std::string add(const std::string& name, bool administrator = false) {
    const Ref id = store.add(name, administrator);
    return store.read([&](const Sql& sql) { return user_by_id(sql, id)->guid; });
  }
  /// A console session with a proof of just now: what its cookie holds.
  std::string session_of(const std::string& guid) {
    const std::string token = random_token("");
    store.write([&](const Sql& sql, Touched& all) {
      Session session;
      session.hash = hash_of(token);
      session.user = user_by_guid(sql, guid)->id;
      session.kind = SessionKind::kConsole;
      session.method = "password";
      session.created = session.last_used = session.factor_at = store.now();
      add_session(sql, session, all);
      return Unit{};
    });
    return token;
  }
  Ref ref(const char* table, const std::string& guid) {
    return store.read([&](const Sql& sql) {
      return static_cast<Ref>(sql.number("SELECT id FROM {p}" + std::string{table} + " WHERE guid = ?1", {guid}));
    });
  }
  std::string add_device(const std::string& id, const std::string& owner = {}) {
    return store.write([&](const Sql& sql, Touched& all) {
      Device device;
      device.device_id = id;
      device.owner = owner.empty() ? kNoRef : user_by_guid(sql, owner)->id;
      const Ref made = accounts::add_device(sql, device, store.now(), all);
      return device_by_ref(sql, made)->guid;
    });
  }

  Ask ask(Method method, const std::string& target, const std::string& body, const std::string& as) const {
    Ask out;
    out.method = method;
    const size_t question = target.find('?');
    out.path = target.substr(0, question);
    out.query = question == std::string::npos ? std::string{} : target.substr(question + 1);
    out.body = body;
    out.cookie = as;
    out.csrf = csrf_of(as);
    out.address = "192.0.2.7";
    return out;
  }
  Answered get(const std::string& target) { return call(ask(Method::kGet, target, {}, admin)); }
  Answered post(const std::string& target, const std::string& body = "{}") {
    return call(ask(Method::kPost, target, body, admin));
  }
  Answered patch(const std::string& target, const std::string& body) {
    return call(ask(Method::kPatch, target, body, admin));
  }
  Answered remove(const std::string& target) { return call(ask(Method::kDelete, target, {}, admin)); }

  static Answered with_json(Answered out) {
    if (!out.text.empty() && out.text.front() == '{') {
      out.json = Poco::JSON::Parser{}.parse(out.text).extract<Poco::JSON::Object::Ptr>();
    }
    return out;
  }
  /// Every answer is held against the contract.
  Answered call(const Ask& asked) {
    const Found found = contract.find(asked.method, asked.path);
    REQUIRE(found.endpoint != nullptr);
    Answered out;
    Problem problem;
    touched = {};
    looked.reset();
    try {
      const auto work = [&](const Sql& sql, Touched& all) {
        try {
          Done done = engine.run(sql, all, asked, found, prepared, store.now());
          touched = all;
          disconnects = done.disconnects;
          for (const Mail& one : done.mails) site.send(one);
          for (const Told& one : done.told) site.tell(one);
          if (done.settings) site.apply(*done.settings);
          return done.reply;
        } catch (const TakenBack& preview) {
          looked = preview.done.reply;
          throw accounts::Refused{"taken back"};
        } catch (const Refused& refused) {
          problem = refused.problem;
          throw accounts::Refused{"refused"};
        } catch (const accounts::Refused& refused) {
          problem = {409, "refused", refused.what(), {}};
          throw;
        }
      };
      const Reply reply = store.write(work);
      out = {reply.status, reply.body, reply.headers, {}};
      if (reply.status < 300) conform(contract, *found.endpoint, reply.status, reply.body);
    } catch (const accounts::Refused& refused) {
      INFO(refused.what());
      if (looked) {
        conform(contract, *found.endpoint, looked->status, looked->body);
        out = {looked->status, looked->body, looked->headers, {}};
        return with_json(std::move(out));
      }
      REQUIRE(problem.status >= 400);
      REQUIRE(problem.status != 500);
      out = {problem.status, problem.json(), {}, {}};
    }
    return with_json(std::move(out));
  }

  TestStore store;
  Contract contract;
  TestSite site;
  Engine engine{contract, site, all_handlers()};
  std::string admin;
  Prepared prepared;
  Touched touched;
  std::vector<Disconnect> disconnects;
  std::optional<Reply> looked;  // of a call that was only a preview
};

}  // namespace junctor::accounts::admin
