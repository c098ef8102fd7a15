// SPDX-License-Identifier: Apache-2.0
// The bounds of the queue in front of a blocking thread.
#include "storage_memory/request_queue.hpp"

#include <string>

#include "storage_memory/test_courier.hpp"

namespace junctor::storage {

namespace {

struct Job {
  std::string text;
  bool operator==(const Job&) const = default;
};

size_t cost_of(const Job& job) { return job.text.size(); }

using Queue = RequestQueue<Job>;

Status push(Queue& queue, std::string text) {
  Job job{std::move(text)};
  return queue.push(job);
}

TEST_CASE("a queue is full by number and by bytes, and an empty one takes any one request") {
  Queue queue{{2, 10}};
  CHECK(push(queue, std::string(50, 'x')) == Status::kOk);
  CHECK(push(queue, "a") == Status::kLimit);
  std::vector<Job> out;
  CHECK(queue.take(out, 10));
  CHECK(push(queue, "a") == Status::kOk);
  CHECK(push(queue, "0123456789") == Status::kLimit);
  CHECK(push(queue, "b") == Status::kOk);
  CHECK(push(queue, "c") == Status::kLimit);
  CHECK(queue.depth() == 2);
  queue.set_limits({3, 10});
  CHECK(push(queue, "c") == Status::kOk);
}

TEST_CASE("a closed queue lets nothing in and gives out what waits") {
  Queue queue{{10, 100}};
  CHECK(push(queue, "a") == Status::kOk);
  CHECK(push(queue, "b") == Status::kOk);
  queue.close();
  CHECK(push(queue, "c") == Status::kClosed);
  Job next{"d"};
  CHECK_FALSE(queue.push_next(next));

  std::vector<Job> out;
  CHECK(queue.take(out, 1));
  CHECK(out == std::vector<Job>{{"a"}});
  out.clear();
  CHECK(queue.take(out, 5));
  CHECK(out == std::vector<Job>{{"b"}});
  out.clear();
  CHECK_FALSE(queue.take(out, 5));
}

TEST_CASE("the next page of a scan is let in beyond the bound") {
  Queue queue{{1, 100}};
  CHECK(push(queue, "a") == Status::kOk);
  Job next{"b"};
  CHECK(queue.push_next(next));
  CHECK(queue.depth() == 2);
}

}  // namespace
}  // namespace junctor::storage
