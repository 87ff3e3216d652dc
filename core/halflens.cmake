# Build helpers shared by every folder.

add_library(halflens_options INTERFACE)
target_include_directories(halflens_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_features(halflens_options INTERFACE cxx_std_20)
target_compile_definitions(halflens_options INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII
    HALFLENS_VERSION="${PROJECT_VERSION}")
# FP contraction stays on (fused multiply-add); value-changing maths does not.
target_compile_options(halflens_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    # GCC 12 sees overlapping and endless copies in "literal" + std::string&& that are not there.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overflow>
    $<$<BOOL:${HALFLENS_WERROR}>:-Werror>)
if(HALFLENS_SANITIZE STREQUAL "address")
    target_compile_options(halflens_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    target_link_options(halflens_options INTERFACE -fsanitize=address,undefined)
elseif(HALFLENS_SANITIZE STREQUAL "thread")
    target_compile_options(halflens_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(halflens_options INTERFACE -fsanitize=thread)
elseif(HALFLENS_SANITIZE)
    message(FATAL_ERROR "HALFLENS_SANITIZE must be empty, address or thread")
endif()
if(HALFLENS_FUZZ)
    target_compile_options(halflens_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Most of a compilation is reading the same headers: they are precompiled once for core/, once for the widgets and
# once for the tests. clang-tidy needs it OFF.
option(HALFLENS_PCH "Precompile the headers most files include" ON)
set(HALFLENS_CORE_HEADERS <algorithm> <array> <chrono> <cmath> <cstdint> <cstring> <filesystem> <functional> <map> <memory> <mutex>
    <numeric> <optional> <set> <span> <stop_token> <string> <thread> <vector> <nlohmann/json.hpp>)

# Some libraries of Debian 13 ask for -pthread, which glibc does not need; files compiled with it could not use the
# precompiled headers.
function(halflens_drop_pthread)
    foreach(target IN LISTS ARGN)
        if(target MATCHES "^PkgConfig::")
            get_target_property(options ${target} INTERFACE_COMPILE_OPTIONS)
            if(NOT options)
                continue()
            endif()
            list(REMOVE_ITEM options -pthread)
            set_target_properties(${target} PROPERTIES INTERFACE_COMPILE_OPTIONS "${options}")
        endif()
    endforeach()
endfunction()

# halflens_module(NAME SOURCES ... PUBLIC ... PRIVATE ... [HEADERS ... | HEADERS_OF TARGET] [MOC] [NUMERIC])
# NUMERIC: long loops over numbers; everything else gains nothing from -O3 but the time it takes to compile.
# HEADERS: a precompiled header of its own, with these added; HEADERS_OF: that of another target (default halflens_base).
# One static library halflens_NAME for the folder it is called from.
function(halflens_module name)
    cmake_parse_arguments(ARG "MOC;NUMERIC" "HEADERS_OF" "SOURCES;PUBLIC;PRIVATE;HEADERS" ${ARGN})
    add_library(halflens_${name} STATIC ${ARG_SOURCES})
    halflens_drop_pthread(${ARG_PUBLIC} ${ARG_PRIVATE})
    target_link_libraries(halflens_${name} PUBLIC halflens_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
    set_target_properties(halflens_${name} PROPERTIES AUTOMOC ${ARG_MOC})
    if(ARG_NUMERIC)
        target_compile_options(halflens_${name} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O3>)
    endif()
    if(NOT HALFLENS_PCH)
        return()
    elseif(ARG_HEADERS)
        target_precompile_headers(halflens_${name} PRIVATE ${HALFLENS_CORE_HEADERS} ${ARG_HEADERS})
    elseif(ARG_HEADERS_OF)
        target_precompile_headers(halflens_${name} REUSE_FROM ${ARG_HEADERS_OF})
    else()
        target_precompile_headers(halflens_${name} REUSE_FROM halflens_base)
    endif()
endfunction()

# Qt writes the folder of each test into these macros, which nothing here reads; defined, they keep the precompiled
# header from fitting.
set(HALFLENS_TEST_OPTIONS -UQT_TESTCASE_BUILDDIR -UQT_TESTCASE_SOURCEDIR)

# halflens_tests(NAME [PAINTS] CLASSES tst_a tst_b ... [SOURCES ...] LINKS ... [LABELS ...] [TIMEOUT seconds])
# One program of Qt Test classes, each in its own file tst_x.cpp that ends with HALFLENS_TEST(Class). Each is a ctest entry
# of its own and runs in its own process: "NAME tst_x [function] [option of Qt Test]". PAINTS: text is drawn without
# widgets, which takes a QGuiApplication and so macros that neither of the two precompiled headers was made with.
function(halflens_tests name)
    cmake_parse_arguments(ARG "PAINTS" "TIMEOUT" "CLASSES;SOURCES;LINKS;LABELS" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    set(files ${ARG_CLASSES})
    list(TRANSFORM files APPEND .cpp)
    add_executable(${name} ${files} ${ARG_SOURCES} ${CMAKE_SOURCE_DIR}/tests/support/test_main.cpp)
    target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1> ${HALFLENS_TEST_OPTIONS})
    set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    halflens_drop_pthread(${ARG_LINKS})
    target_link_libraries(${name} PRIVATE halflens_options Qt6::Test ${ARG_LINKS})
    target_compile_definitions(${name} PRIVATE
        HALFLENS_SOURCE_DIR="${CMAKE_SOURCE_DIR}" HALFLENS_BINARY_DIR="${CMAKE_BINARY_DIR}")
    set(headers halflens_test_headers)
    if("gui" IN_LIST ARG_LABELS)
        set(headers halflens_gui_test_headers)
    elseif(NOT ARG_PAINTS)
        target_compile_options(${name} PRIVATE -UQT_GUI_LIB) # comes from what is linked
    endif()
    if(HALFLENS_PCH AND NOT ARG_PAINTS)
        target_precompile_headers(${name} REUSE_FROM ${headers})
    endif()
    set(environment "QT_QPA_PLATFORM=offscreen" "QT_SCALE_FACTOR=1" "LC_ALL=C.UTF-8")
    if(HALFLENS_SANITIZE STREQUAL "thread")
        list(APPEND environment "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp:halt_on_error=1")
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 15")
    elseif(HALFLENS_SANITIZE STREQUAL "address")
        list(APPEND environment "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/lsan.supp")
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 4")
    endif()
    foreach(class IN LISTS ARG_CLASSES)
        add_test(NAME ${class} COMMAND ${name} ${class})
        set_tests_properties(${class} PROPERTIES
            ENVIRONMENT "${environment}" LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
    endforeach()
endfunction()
