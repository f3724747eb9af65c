/* Built without ONNX: the message names the packages. */
#include "export/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_says_what_to_install(void **state)
{
    (void)state;
    char *checked = NULL;
    assert_int_equal(export_onnx(NULL, "model.onnx", &checked), ERR_USAGE);
    assert_non_null(
        strstr(fail_message(), "model.onnx: this rnntrain was built without"));
    assert_non_null(
        strstr(fail_message(), "libprotobuf-c-dev, protobuf-c-compiler and libonnx-dev"));
    assert_null(checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_says_what_to_install)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
