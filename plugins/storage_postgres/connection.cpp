// SPDX-License-Identifier: Apache-2.0
// libpq without its blocking calls. The thread of the connection.
#include "storage_postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

namespace junctor::storage::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Millis kSlice{20};      // between two looks at whether to go on
constexpr Millis kBeyond{5'000};  // beyond statement_timeout: the server's own word comes first
constexpr int kOldest = 120'000;  // PostgreSQL 12

/// True once one of the events, or an error, is there; false when the time is over.
bool poll_one(int socket, short events, Millis patience) {
  pollfd one{socket, events, 0};
  const int found = ::poll(&one, 1, static_cast<int>(std::max<int64_t>(patience.count(), 0)));
  return found > 0 || (found < 0 && errno != EINTR);
}

/// Which of two faults tells an operator more: what a server said, over the silence of another.
bool says_more(const Fault& fault, const Fault& than) {
  const auto rank = [](const Fault& f) { return f.reason == "unreachable" ? 0 : f.reason == "read_only" ? 1 : 2; };
  return rank(fault) > rank(than);
}

}  // namespace

void Values::add(const char* data, size_t size, int format) {
  pointers_.push_back(data);
  lengths_.push_back(static_cast<int>(size));
  formats_.push_back(format);
  owner_.push_back(-1);
}

Values& Values::blob(std::string_view value) {
  add(value.empty() ? "" : value.data(), value.size(), 1);  // a null pointer would be NULL
  return *this;
}

Values& Values::text(std::string_view value) { return blob(value); }  // a text's binary format is its bytes

Values& Values::number(int64_t value) {
  add(nullptr, 0, 0);
  owner_.back() = static_cast<int>(owned_.size());
  owned_.push_back(std::to_string(value));
  return *this;
}

Values& Values::null() {
  add(nullptr, 0, 0);
  return *this;
}

const char* const* Values::pointers() {
  for (size_t i = 0; i < owner_.size(); ++i) {
    if (owner_[i] >= 0) pointers_[i] = owned_[static_cast<size_t>(owner_[i])].c_str();
  }
  return pointers_.data();
}

bool Answer::ok() const {
  const ExecStatusType status = PQresultStatus(result_.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

std::string_view Answer::state() const {
  const char* state = PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view{} : std::string_view{state};
}

std::string_view Answer::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

int64_t Answer::number(int row, int column) const {
  const std::string_view text = bytes(row, column);
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

uint64_t Answer::changed() const {
  if (tag().starts_with("SELECT")) return 0;
  const std::string_view text = PQcmdTuples(result_.get());
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::unique_ptr<Connection> Connection::open(const Target& target, const GoOn& go_on) {
  std::optional<Fault> worst;
  for (const Place& place : target.places) {
    std::unique_ptr<Connection> made{new Connection{target, place}};
    try {
      made->connect(go_on);
      made->prepare_for_use();
      return made;
    } catch (const DatabaseError& error) {
      if (!worst || says_more(error.fault(), *worst)) worst = error.fault();
    }
    if (!go_on()) break;
  }
  throw DatabaseError{worst.value_or(Fault{"unreachable", "no host is named"})};
}

void Connection::connect(const GoOn& go_on) {
  const std::string port = std::to_string(place_.port);
  const std::string patience = std::to_string((target_.statement_timeout + kBeyond).count());
  const std::pair<const char*, std::string> all[] = {
      {"host", place_.name},
      {"port", port},
      {"dbname", target_.database},
      {"user", target_.user},
      {"password", target_.password},
      {"sslmode", target_.ssl_mode},
      {"sslrootcert", target_.ca_file},
      {"sslcert", target_.certificate},
      {"sslkey", target_.key},
      {"application_name", "junctor"},
      {"client_encoding", "UTF8"},
      {"target_session_attrs", "read-write"},
      {"keepalives_idle", "10"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", patience},
  };
  std::vector<const char*> names, values;
  for (const auto& [name, value] : all) {
    if (value.empty()) continue;
    names.push_back(name);
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  raw_ = PQconnectStartParams(names.data(), values.data(), 0);
  if (raw_ == nullptr) fail("error", "no memory for a connection");
  PQsetErrorVerbosity(raw_, PQERRORS_VERBOSE);
  PQsetNoticeProcessor(
      raw_, [](void*, const char*) {}, nullptr);
  const auto end = Clock::now() + target_.connect_timeout;
  for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
    if (state == PGRES_POLLING_FAILED || PQstatus(raw_) == CONNECTION_BAD) {
      throw DatabaseError{describe_refusal(target_, place_, PQerrorMessage(raw_))};
    }
    if (Clock::now() >= end || !go_on()) {
      throw DatabaseError{describe_refusal(
          target_, place_, "no answer within " + std::to_string(target_.connect_timeout.count()) + " ms")};
    }
    if (poll_one(PQsocket(raw_), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, kSlice))
      state = PQconnectPoll(raw_);
  }
  if (PQsetnonblocking(raw_, 1) != 0) lost();
}

void Connection::prepare_for_use() {
  if (PQserverVersion(raw_) < kOldest) {
    fail("error", "PostgreSQL at " + text_of(place_) + " is older than 12: upgrade it");
  }
  const std::string encoding = PQparameterStatus(raw_, "server_encoding");
  if (encoding != "UTF8") {
    fail("encoding", "PostgreSQL at " + text_of(place_) + ": database \"" + target_.database + "\" is encoded as " +
                         encoding + ", and UTF8 is needed: make one with createdb -E UTF8 -T template0 -O " +
                         target_.user + " NAME");
  }
  if (PQenterPipelineMode(raw_) != 1) lost();
  // synchronous_commit: off would answer what a crash loses; whatever else the site has chosen is durable.
  run("SELECT set_config('search_path', $1, false), set_config('statement_timeout', $2, false), "
      "set_config('bytea_output', 'hex', false), set_config('standard_conforming_strings', 'on', false), "
      "set_config('DateStyle', 'ISO', false), set_config('synchronous_commit', "
      "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, "
      "false)",
      {quoted(target_.schema), std::to_string(target_.statement_timeout.count())});
  const Answer fsync = run("SELECT current_setting('fsync')");
  durable_ = fsync.bytes(0, 0) == "on";
}

void Connection::patience_begins() { deadline_ = Clock::now() + target_.statement_timeout + kBeyond; }

void Connection::lost() {
  const std::string text = raw_ == nullptr ? std::string{} : std::string{PQerrorMessage(raw_)};
  const Fault told = describe_refusal(target_, place_, text.empty() ? "the connection was closed" : text);
  throw ConnectionLost{{"lost", told.text}};
}

void Connection::wait(int events) {
  const auto left = std::chrono::duration_cast<Millis>(deadline_ - Clock::now());
  if (left <= Millis{0}) {
    throw ConnectionLost{
        {"timeout", "PostgreSQL at " + text_of(place_) + " has not answered for " +
                        std::to_string((target_.statement_timeout + kBeyond).count() / 1000) +
                        " s: its host hangs, or the network drops packets; the connection is given up"}};
  }
  poll_one(PQsocket(raw_), static_cast<short>(events), left);
}

void Connection::queue(const char* sql) {
  if (PQsendQueryParams(raw_, sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) lost();
}

void Connection::queue_prepare(const std::string& name, const std::string& sql, const std::vector<Oid>& types) {
  if (PQsendPrepare(raw_, name.c_str(), sql.c_str(), static_cast<int>(types.size()), types.data()) != 1) lost();
}

void Connection::queue_prepared(const std::string& name, Values& values, bool binary) {
  if (PQsendQueryPrepared(raw_, name.c_str(), values.size(), values.pointers(), values.lengths(), values.formats(),
                          binary ? 1 : 0) != 1) {
    lost();
  }
}

void Connection::sync() {
  if (PQpipelineSync(raw_) != 1) lost();
  patience_begins();
  flush();
}

/// Reads meanwhile: a server whose answers nobody takes reads no more either.
void Connection::flush() {
  for (int left = PQflush(raw_); left != 0; left = PQflush(raw_)) {
    if (left < 0) lost();
    wait(POLLIN | POLLOUT);
    if (PQconsumeInput(raw_) != 1) lost();
  }
}

Answer Connection::next_raw() {
  while (PQisBusy(raw_) == 1) {
    wait(POLLIN);
    if (PQconsumeInput(raw_) != 1) lost();
  }
  PGresult* result = PQgetResult(raw_);
  if (PQstatus(raw_) == CONNECTION_BAD) {
    PQclear(result);
    lost();
  }
  patience_begins();
  return Answer{result};
}

Answer Connection::next() {
  Answer answer = next_raw();
  next_raw();  // the null that ends each statement's results
  return answer;
}

void Connection::finish() {
  if (!next_raw().at_end()) lost();
}

Answer Connection::run(const std::string& sql, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  if (PQsendQueryParams(raw_, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr,
                        0) != 1) {
    lost();
  }
  sync();
  Answer answer = next();
  finish();
  if (!answer.ok()) refuse(answer);
  return answer;
}

bool Connection::seems_gone() {
  if (!poll_one(PQsocket(raw_), POLLIN, Millis{0})) return false;
  return PQconsumeInput(raw_) != 1 || PQstatus(raw_) == CONNECTION_BAD;
}

void Connection::refuse(const Answer& answer) const {
  throw DatabaseError{describe_error(target_, answer.state(), answer.message())};
}

}  // namespace junctor::storage::postgres
