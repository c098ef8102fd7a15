// SPDX-License-Identifier: Apache-2.0
// Using database/1 from C++: reading and deciding are plain code in one function, which runs on a thread of the
// database; its result comes back to the loop that asked.
//
//   database.write([name](Sql& sql) { return sql.exec("DELETE FROM {p}users WHERE name = ?1", {name}); },
//                  [](jct_status status, uint64_t changed) { ... });
#pragma once

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "host.hpp"
#include "service/database.h"
#include "services.hpp"

namespace junctor {

/// Bytes as a parameter; a plain text is a text.
struct Blob {
  std::string_view data;
};

/// A parameter: a view that must live until exec returns. nullptr and an empty optional are NULL.
class Param {
 public:
  Param(std::nullptr_t) : raw_{JCT_SQL_NULL, 0, 0, {}} {}
  Param(Blob blob) : raw_{JCT_SQL_BLOB, 0, 0, bytes(blob.data)} {}
  Param(std::string_view text) : raw_{JCT_SQL_TEXT, 0, 0, bytes(text)} {}
  Param(const std::string& text) : Param{std::string_view{text}} {}
  Param(const char* text) : Param{std::string_view{text}} {}
  template <class N>
  requires(std::is_integral_v<N> || std::is_enum_v<N>) Param(N number)
      : raw_{JCT_SQL_INT, 0, static_cast<int64_t>(number), {}} {}
  template <class T>
  Param(const std::optional<T>& value) : Param{value ? Param{*value} : Param{nullptr}} {}

  const jct_sql_value& raw() const { return raw_; }

 private:
  jct_sql_value raw_;
};

/// One row of a result; its texts and blobs are good for the callback.
class Row {
 public:
  Row(const jct_sql_value* columns, uint64_t count) : columns_{columns}, count_{count} {}

  size_t size() const { return static_cast<size_t>(count_); }
  bool null(size_t i) const { return at(i).kind == JCT_SQL_NULL; }
  /// 0 for what is no integer.
  int64_t integer(size_t i) const { return at(i).kind == JCT_SQL_INT ? at(i).integer : 0; }
  bool flag(size_t i) const { return integer(i) != 0; }
  /// Of a text or a blob; empty for anything else.
  std::string_view view(size_t i) const {
    return at(i).kind == JCT_SQL_TEXT || at(i).kind == JCT_SQL_BLOB ? junctor::view(at(i).data) : std::string_view{};
  }
  std::string text(size_t i) const { return std::string{view(i)}; }
  std::optional<std::string> maybe_text(size_t i) const {
    return null(i) ? std::nullopt : std::optional<std::string>{text(i)};
  }
  std::optional<int64_t> maybe_integer(size_t i) const {
    return null(i) ? std::nullopt : std::optional<int64_t>{integer(i)};
  }

 private:
  const jct_sql_value& at(size_t i) const {
    static constexpr jct_sql_value kNull{JCT_SQL_NULL, 0, 0, {nullptr, 0}};
    return i < count_ ? columns_[i] : kNull;
  }
  const jct_sql_value* columns_;
  uint64_t count_;
};

/// A transaction inside a work. What the database refuses is thrown as Error with exec's status, and ends the work; a
/// work that throws an Error of its own has taken everything back, too.
class Sql {
 public:
  explicit Sql(const jct_transaction* raw) : raw_{raw} {}

  /// How many rows it inserted, changed or deleted.
  uint64_t exec(std::string_view sql, const std::vector<Param>& parameters = {}) const {
    return run(sql, parameters, nullptr, nullptr);
  }
  /// row(const Row&) for each row; where it answers bool, false ends them early.
  template <class Fn>
  uint64_t exec(std::string_view sql, const std::vector<Param>& parameters, Fn&& row) const {
    struct Rows {
      std::remove_reference_t<Fn>* row;
      std::exception_ptr thrown;
    } rows{&row, nullptr};
    const uint64_t changed = run(
        sql, parameters,
        [](void* self, const jct_sql_value* columns, uint64_t count) noexcept -> jct_status {
          auto& to = *static_cast<Rows*>(self);
          try {
            if constexpr (std::is_same_v<decltype((*to.row)(Row{columns, count})), bool>) {
              return (*to.row)(Row{columns, count}) ? JCT_OK : JCT_E_STATE;
            } else {
              (*to.row)(Row{columns, count});
              return JCT_OK;
            }
          } catch (...) {
            to.thrown = std::current_exception();
            return JCT_E_FAULT;
          }
        },
        &rows);
    if (rows.thrown) std::rethrow_exception(rows.thrown);
    return changed;
  }
  /// The first row through `make(const Row&)`, or nothing.
  template <class Make>
  auto one(std::string_view sql, const std::vector<Param>& parameters, Make&& make) const {
    std::optional<std::decay_t<decltype(make(std::declval<const Row&>()))>> found;
    exec(sql, parameters, [&](const Row& row) {
      found = make(row);
      return false;
    });
    return found;
  }
  /// Every row through `make(const Row&)`. The statement has a LIMIT.
  template <class Make>
  auto all(std::string_view sql, const std::vector<Param>& parameters, Make&& make) const {
    std::vector<std::decay_t<decltype(make(std::declval<const Row&>()))>> rows;
    exec(sql, parameters, [&](const Row& row) { rows.push_back(make(row)); });
    return rows;
  }
  /// The first column of the first row, 0 where there is none.
  int64_t number(std::string_view sql, const std::vector<Param>& parameters = {}) const {
    return one(sql, parameters, [](const Row& row) { return row.integer(0); }).value_or(0);
  }

 private:
  uint64_t run(std::string_view sql, const std::vector<Param>& parameters, jct_sql_row_fn row, void* self) const {
    std::vector<jct_sql_value> values;
    values.reserve(parameters.size());
    for (const Param& parameter : parameters) values.push_back(parameter.raw());
    uint64_t changed = 0;
    const jct_status status = raw_->exec(raw_, str(sql), values.data(), values.size(), row, self, &changed);
    if (status != JCT_OK) throw Error{status, "database: " + std::string{status_text(status)}};
    return changed;
  }

  const jct_transaction* raw_;
};

/// A step of a schema, as data: see database.h.
struct Migration {
  uint32_t version;
  std::vector<const char*> statements;
};

/// database/1. Answers come on the calling loop (home for other callers), never inline. [any]
class Database {
 public:
  explicit Database(const Host& host)
      : host_{&host}, service_{Service<jct_database_service>::required(host, JCT_DATABASE_SERVICE)} {}

  /// [control] in the constructor; throws Error, whose text is for the operator. `space`: the instance's name.
  void migrate(std::string space, const std::vector<Migration>& steps) {
    space_ = std::move(space);
    std::vector<std::vector<const char*>> lists;
    std::vector<jct_migration> records;
    std::vector<const jct_migration*> pointers;
    lists.reserve(steps.size());
    records.reserve(steps.size());
    for (const Migration& step : steps) {
      lists.push_back(step.statements);
      lists.back().push_back(nullptr);
      records.push_back({sizeof(jct_migration), step.version, lists.back().data()});
      pointers.push_back(&records.back());
    }
    jct_error error{sizeof(jct_error), JCT_OK, {}};
    const jct_status status = service_.table.migrate(service_.self, str(space_), pointers.data(), steps.size(), &error);
    if (status != JCT_OK) throw Error{status, error.text};
  }

  /// work(Sql&) -> Result, or void; then done(jct_status, Result&), or done(jct_status). Result is default-constructed
  /// where the work has not come to its end. Neither is called once the instance is stopping.
  template <class Work, class Done>
  void read(Work&& work, Done&& done) const {
    ask(service_.table.read, std::forward<Work>(work), std::forward<Done>(done));
  }
  template <class Work, class Done>
  void write(Work&& work, Done&& done) const {
    ask(service_.table.write, std::forward<Work>(work), std::forward<Done>(done));
  }

 private:
  struct Nothing {};
  using Entry = void (*)(void*, const jct_sql_work*);

  template <class Work, class Done>
  struct Asked {
    using Answer = std::invoke_result_t<Work&, Sql&>;
    using Result = std::conditional_t<std::is_void_v<Answer>, Nothing, Answer>;
    Gate gate;
    Work work;
    Done done;
    Result result{};

    static jct_status run(void* self, const jct_transaction* transaction) {
      auto* asked = static_cast<Asked*>(self);
      return asked->gate.inside([&] {
        Sql sql{transaction};
        if constexpr (std::is_void_v<Answer>) {
          asked->work(sql);
        } else {
          asked->result = Result{};
          asked->result = asked->work(sql);
        }
      });
    }
    static void finish(void* self, jct_status status) {
      std::unique_ptr<Asked> asked{static_cast<Asked*>(self)};
      asked->gate.inside([&] {
        if constexpr (std::is_void_v<Answer>) {
          asked->done(status);
        } else {
          asked->done(status, asked->result);
        }
      });
    }
  };

  template <class Work, class Done>
  void ask(Entry entry, Work&& work, Done&& done) const {
    using A = Asked<std::decay_t<Work>, std::decay_t<Done>>;
    auto* asked = new A{host_->gate(), std::forward<Work>(work), std::forward<Done>(done)};
    const jct_sql_work raw{asked, &A::run, &A::finish, str(space_), host_->answer_loop(), 0};
    entry(service_.self, &raw);
  }

  const Host* host_;
  Service<jct_database_service> service_;
  std::string space_;
};

}  // namespace junctor
