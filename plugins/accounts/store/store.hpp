// SPDX-License-Identifier: Apache-2.0
// Transactions on the model: reads from any loop, writes one after another from the home loop, so that what is in
// memory changes in the order in which the database did. A refusal thrown inside takes everything back and reaches the
// caller.
#pragma once

#include <junctor/database.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "accounts/api/refused.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

/// How a transaction came out. `value` where it was stored; else a sentence for the caller and the HTTP status for it.
template <class T>
struct Outcome {
  std::optional<T> value;
  std::string refused;
  uint32_t http_status = 200;

  explicit operator bool() const { return value.has_value(); }
  T& operator*() { return *value; }
  T* operator->() { return &*value; }
};

/// For transactions that give nothing back.
struct Unit {};

class Store {
 public:
  /// Reads what was touched, inside the transaction; what it returns is run on the home loop once that is durable.
  using Collect = std::function<std::function<void()>(const Sql&, const Touched&)>;

  Store(const Host& host, Database& database) : host_{host}, database_{database} {}

  /// [control] before the first write.
  void on_touched(Collect collect) { collect_ = std::move(collect); }

  /// [any] work(Sql&) -> T; done(Outcome<T>&) on the calling loop (home for others).
  template <class Work, class Done>
  void read(Work work, Done done) const {
    using T = std::invoke_result_t<Work&, const Sql&>;
    auto held = std::make_shared<Outcome<T>>();
    database_.read([held, work = std::move(work)](const Sql& sql) mutable { run(*held, [&] { return work(sql); }); },
                   [held, done = std::move(done)](jct_status status) mutable {
                     finish(*held, status);
                     done(*held);
                   });
  }

  /// [any] work(Sql&, Touched&) -> T; done(Outcome<T>&) on the home loop, after what is in memory has followed.
  template <class Work, class Done>
  void write(Work work, Done done) const {
    if (host_.current_loop() == host_.home_loop()) return write_here(std::move(work), std::move(done));
    host_.post(host_.home_loop(), [this, work = std::move(work), done = std::move(done)]() mutable {
      write_here(std::move(work), std::move(done));
    });
  }

  const Host& host() const { return host_; }
  int64_t now() const { return static_cast<int64_t>(host_.wall() / 1'000'000); }

 private:
  template <class Work, class Done>
  void write_here(Work work, Done done) const {
    using T = std::invoke_result_t<Work&, const Sql&, Touched&>;
    struct Held : Outcome<T> {
      std::function<void()> apply;
    };
    auto held = std::make_shared<Held>();
    database_.write(
        [this, held, work = std::move(work)](const Sql& sql) mutable {
          Touched touched;
          run(*held, [&] { return work(sql, touched); });
          held->apply = collect_ && !touched.empty() ? collect_(sql, touched) : nullptr;
        },
        [held, done = std::move(done)](jct_status status) mutable {
          finish(*held, status);
          if (held->value && held->apply) held->apply();
          done(static_cast<Outcome<T>&>(*held));
        });
  }

  template <class T, class Fn>
  static void run(Outcome<T>& outcome, Fn&& fn) {
    outcome = {};
    try {
      outcome.value = fn();
    } catch (const Refused& refused) {
      outcome.refused = refused.what();
      outcome.http_status = refused.status();
      throw Error{JCT_E_DENIED, refused.what()};
    }
  }

  template <class T>
  static void finish(Outcome<T>& outcome, jct_status status) {
    if (status == JCT_OK) return;
    outcome.value.reset();
    if (status == JCT_E_DENIED && !outcome.refused.empty()) return;
    outcome.http_status = 200;
    outcome.refused = status == JCT_E_EXISTS  ? "This name is taken already"
                      : status == JCT_E_LIMIT ? "The server is busy; please try again"
                                              : "The server cannot store this now; please try again later";
  }

  const Host& host_;
  Database& database_;
  Collect collect_;
};

}  // namespace junctor::accounts
