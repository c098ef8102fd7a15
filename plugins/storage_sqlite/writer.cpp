// SPDX-License-Identifier: Apache-2.0
// The thread that commits. Its own thread.
#include "storage_sqlite/writer.hpp"

#include <pthread.h>

#include <utility>

#include "storage_memory/answers.hpp"

namespace junctor::storage {
namespace {

/// After these the connection is as good as before; after others the file is opened anew for the next batch.
bool is_passing(const Fault& fault) {
  return fault.reason == "disk_full" || fault.reason == "locked" || fault.reason == "constraint";
}

WriteSession::Result failed(const std::vector<Write>& batch, std::optional<Fault> fault) {
  return {std::vector<Status>(batch.size(), Status::kIo), std::move(fault), false};
}

}  // namespace

Writer::Writer(std::string path, std::unique_ptr<WriteSession> session, const SharedSettings& settings,
               Courier& courier, Observer& observer)
    : path_{std::move(path)},
      settings_{settings},
      courier_{courier},
      observer_{observer},
      queue_{{settings.get().queue_requests, settings.get().queue_bytes}},
      session_{std::move(session)},
      now_{settings.get()} {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "sqlite-write");
}

Writer::~Writer() { close(); }

void Writer::close() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  session_.reset();
}

void Writer::push(Write write) {
  const Status status = queue_.push(write);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) observer_.refused();
  courier_.deliver(write.loop, [done = std::move(write.done), status] { done(status); });
}

void Writer::run() {
  std::vector<Write> batch;
  while (queue_.take(batch, now_.batch)) {
    if (settings_.changed(seen_settings_, now_) && session_) session_->tune(now_.tuning);
    serve(batch);
    batch.clear();
    tidy();
  }
}

WriteSession& Writer::session() {
  if (session_ && session_->moved()) session_.reset();
  if (!session_) session_ = std::make_unique<WriteSession>(path_, Connection::Missing::kFail, now_.tuning);
  return *session_;
}

WriteSession::Result Writer::commit(const std::vector<Write>& batch) {
  try {
    WriteSession::Result result = session().commit(batch);
    if (result.fault && !is_passing(*result.fault)) session_.reset();
    return result;
  } catch (const DatabaseError& error) {
    return failed(batch, error.fault());
  }
}

void Writer::serve(std::vector<Write>& batch) {
  const auto begin = std::chrono::steady_clock::now();
  // The end of the server shall not wait busy_timeout for each batch that is left.
  const bool give_up = failing_ && queue_.is_closed();
  const WriteSession::Result result = give_up ? failed(batch, std::nullopt) : commit(batch);
  failing_ = !result.stored;
  const auto took = std::chrono::steady_clock::now() - begin;

  Answers answers;
  size_t failed = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    const Status status = result.statuses[i];
    if (status == Status::kIo) ++failed;
    answers.add(batch[i].loop, [done = std::move(batch[i].done), status] { done(status); });
  }
  if (result.fault) observer_.write_failed(*result.fault, failed);
  if (result.stored) observer_.committed(batch.size() - failed, took, queue_.depth());
  answers.send(courier_);
}

void Writer::tidy() {
  if (!session_) return;
  try {
    session_->tidy();
  } catch (const DatabaseError& error) {
    observer_.tidy_failed(error.fault());
  }
}

}  // namespace junctor::storage
