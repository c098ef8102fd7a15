// SPDX-License-Identifier: Apache-2.0
// PipePool: its bound, and that pipes come back.
#include "net/pipe_pool.hpp"

#include <doctest/doctest.h>

using namespace junctor::net;

TEST_CASE("the pool lends no more than its allowance and lends again what came back") {
  PipePool pool{{.max_pipes = 2, .pipe_size = 64 * 1024}};
  Pipe a = pool.borrow();
  Pipe b = pool.borrow();
  CHECK(a);
  CHECK(b);
  CHECK(a.size == 64 * 1024);
  CHECK_FALSE(pool.borrow());
  CHECK(pool.refused() == 1);
  const int fd = a.read.get();
  pool.give_back(std::move(a));
  CHECK(pool.lent() == 1);
  Pipe again = pool.borrow();
  CHECK(again.read.get() == fd);
  pool.give_back(std::move(again), false);
  pool.give_back(std::move(b));
  CHECK(pool.lent() == 0);
}
