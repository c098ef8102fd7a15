// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/desk.hpp"

#include "accounts/admin_api/core/secrets.hpp"
#include "accounts/admin_api/core/site.hpp"

namespace junctor::accounts::admin {

struct Desk::Held {
  Ask ask;
  Found found;
  std::function<void(const Reply&)> answer;
  Secrets secrets;
  Prepared prepared;
  std::optional<Problem> problem;
  Done done;
  LogIn::Guess guess;  // of a call that asks for the caller's password or code
  FailedLogins::Trial trial;
  bool taken_back = false;
};

namespace {

/// Runs fn inside a transaction: what refuses takes everything back, and is kept for the answer.
template <class Fn>
auto guarded(std::optional<Problem>& problem, Fn&& fn) {
  problem.reset();
  try {
    return fn();
  } catch (const Refused& refused) {
    problem = refused.problem;
    throw accounts::Refused{refused.problem.detail};
  } catch (const accounts::Refused& refused) {
    problem = Problem{409, "refused", std::string{refused.what()} + ".", {}};
    throw;
  }
}

}  // namespace

Reply problem_reply(const Problem& problem) {
  Reply reply{problem.status, problem.json(), {}, "application/problem+json"};
  if (problem.status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  return reply;
}

Problem store_problem(const std::string& sentence) { return {503, "unavailable", sentence + ".", {}}; }

void Desk::handle(Ask ask, Found found, std::function<void(const Reply&)> done) const {
  auto held = std::make_shared<Held>();
  held->ask = std::move(ask);
  held->found = std::move(found);
  held->answer = std::move(done);
  if (has_secrets(*held->found.endpoint) || is_guess(*held->found.endpoint)) return prepare(held);
  run(held);
}

void Desk::prepare(const HeldPointer& held) const {
  const auto& parts = parts_;
  parts.store.read(
      [held, &parts](const Sql& sql) {
        return guarded(held->problem, [&] {
          held->secrets = secrets_of(sql, parts.contract, parts.site, held->ask, held->found, parts.store.now());
          return Unit{};
        });
      },
      [this, held](Outcome<Unit>& outcome) {
        if (!outcome) return finish(held, outcome.refused);
        if (must_wait(held)) return;
        has_secrets(*held->found.endpoint) ? hash_and_run(held) : run(held);
      });
}

bool Desk::must_wait(const HeldPointer& held) const {
  if (!is_guess(*held->found.endpoint)) return false;
  held->guess = {held->secrets.user, std::string{held->found.endpoint->id}, held->ask.address, held->ask.source};
  const int64_t wait = parts_.log_in->begin_guess(held->guess, &held->trial);
  if (wait == 0) return false;
  Reply reply = problem_reply(
      {429, "too_many_failures", "Too many failed attempts: wait " + std::to_string(wait) + " seconds.", {}});
  reply.headers.emplace_back("Retry-After", std::to_string(wait));
  held->answer(reply);
  return true;
}

void Desk::hash_and_run(const HeldPointer& held) const {
  const bool queued = parts_.hash([this, held] {
    try {
      held->prepared = prepare_secrets(parts_.passwords, held->secrets);
    } catch (const accounts::Refused& refused) {
      held->problem =
          Problem{422, "password", std::string{refused.what()} + ".", {{"/password", std::string{refused.what()}}}};
    }
    held->secrets = {};
    const Host& host = parts_.store.host();
    host.post(host.home_loop(), [this, held] { held->problem ? finish(held, "refused") : run(held); });
  });
  if (queued) return;
  held->problem = Problem{503, "busy", "Too many passwords are being checked: try again in a moment.", {}};
  finish(held, "busy");
}

void Desk::run(const HeldPointer& held) const {
  const auto& parts = parts_;
  const auto work = [held, &parts](const Sql& sql, Touched& touched) {
    return guarded(held->problem, [&] {
      try {
        held->done = parts.engine.run(sql, touched, held->ask, held->found, held->prepared, parts.store.now());
      } catch (TakenBack& preview) {
        held->done = std::move(preview.done);
        held->taken_back = true;
        throw accounts::Refused{"taken back"};
      }
      return Unit{};
    });
  };
  const auto done = [this, held](Outcome<Unit>& outcome) { finish(held, outcome ? std::string{} : outcome.refused); };
  if (held->found.endpoint->reads()) {
    parts.store.read(
        [work](const Sql& sql) {
          Touched touched;
          return work(sql, touched);
        },
        done);
  } else {
    parts.store.write(work, done);
  }
}

void Desk::finish(const HeldPointer& held, const std::string& refused) const {
  // Failures are forgotten where nothing was wrong: whoever has one factor may not try the other for ever.
  if (!held->guess.what.empty()) {
    const bool wrong = held->problem && is_wrong_guess(*held->found.endpoint, *held->problem);
    if (wrong || (!held->problem && refused.empty())) parts_.log_in->guessed(held->guess, !wrong);
    held->trial = {};  // before the answer, which the next guess follows
  }
  if (held->problem && !held->taken_back) return held->answer(problem_reply(*held->problem));
  if (!refused.empty() && !held->taken_back) return held->answer(problem_reply(store_problem(refused)));
  if (held->done.settings) parts_.site.apply(*held->done.settings);
  for (const Disconnect& one : held->done.disconnects) parts_.site.disconnect(one.device_id, one.connections);
  for (const Mail& one : held->done.mails) parts_.site.send(one);
  for (const Told& one : held->done.told) parts_.site.tell(one);
  held->answer(held->done.reply);
  const Used used = held->done.used;
  if (used.session == kNoRef && used.token == kNoRef) return;
  parts_.store.write(
      [used, address = held->ask.address, now = parts_.store.now()](const Sql& sql, Touched&) {
        note_use(sql, used, address, now);
        return Unit{};
      },
      [](Outcome<Unit>&) {});
}

void Desk::piece(Ask ask, Found found, int64_t after,
                 std::function<void(const Reply&, const std::string&, int64_t)> done) const {
  struct Piece {
    std::optional<Problem> problem;
    std::string text;
    int64_t last = 0;
  };
  auto piece = std::make_shared<Piece>();
  parts_.store.read(
      [this, piece, ask = std::move(ask), found = std::move(found), after](const Sql& sql) {
        return guarded(piece->problem, [&] {
          piece->text = parts_.engine.export_piece(sql, ask, found, after, &piece->last, parts_.store.now());
          return Unit{};
        });
      },
      [piece, done = std::move(done)](Outcome<Unit>& outcome) {
        if (outcome) return done({}, piece->text, piece->last);
        done(problem_reply(piece->problem ? *piece->problem : store_problem(outcome.refused)), {}, 0);
      });
}

}  // namespace junctor::accounts::admin
