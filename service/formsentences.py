"""The sentences about a form's workbook: one for every code of forms.xlsform and forms.expressions.

Filled in and put in their place by service.formwords.
"""

from collections.abc import Mapping

from service import secondopinion
from service.words import N_

WORKBOOK = {
    "too_big": N_("Tệp quá lớn để đọc. Vui lòng bỏ hình ảnh và các trang tính thừa."),
    "old_xls": N_("Tệp thuộc định dạng Excel cũ (.xls). Vui lòng mở bằng Excel và lưu lại thành .xlsx."),
    "encrypted": N_("Tệp có mật khẩu nên không đọc được. Vui lòng bỏ mật khẩu rồi nhập lại."),
    "macros": N_(
        "Tệp có macro (.xlsm). Vui lòng mở bằng Excel và lưu lại thành .xlsx (Sổ làm việc Excel, không có macro)."
    ),
    "open_document": N_(
        "Tệp thuộc định dạng OpenDocument (.ods). Vui lòng mở bằng Excel hoặc LibreOffice và lưu lại thành .xlsx."
    ),
    "text_file": N_(
        "Tệp là văn bản (ví dụ .csv), không phải bảng tính. Vui lòng mở bằng Excel và lưu lại thành .xlsx."
    ),
    "damaged": N_("Tệp Excel bị hỏng hoặc tải lên chưa trọn. Vui lòng mở lại bằng Excel, lưu lại rồi nhập lần nữa."),
    "too_many_formats": N_(
        "Tệp có quá nhiều kiểu định dạng ô nên không đọc được. "
        "Vui lòng chép nội dung các trang tính sang một tệp Excel mới rồi nhập lại."
    ),
    "not_xlsx": N_(
        "Tệp không phải là bảng tính Excel (.xlsx) đọc được. Vui lòng mở bằng Excel và lưu lại thành .xlsx."
    ),
    "too_many_sheets": N_("Tệp có {count} trang tính, nhiều hơn mức tối đa {limit}. Vui lòng xóa các trang tính thừa."),
    "too_many_rows": N_("Trang tính có nội dung quá dòng {limit}. Vui lòng xóa các dòng thừa ở cuối."),
    "too_many_columns": N_("Trang tính có nội dung quá cột thứ {limit}. Vui lòng xóa các cột thừa bên phải."),
    "cell_too_long": N_("Nội dung ô dài quá {limit} ký tự. Vui lòng rút ngắn."),
    "cell_error": N_("Ô báo lỗi của Excel ({value}). Vui lòng sửa công thức hoặc gõ thẳng giá trị."),
    "formula_without_value": N_(
        "Ô chứa công thức chưa có kết quả. Vui lòng mở tệp bằng Excel, lưu lại, hoặc gõ thẳng giá trị."
    ),
    "duplicate_sheet": N_(
        "Có hai trang tính cùng tên (không phân biệt chữ hoa, chữ thường). Vui lòng đổi tên một trang."
    ),
    "too_many_files": N_("Có {count} tệp CSV, nhiều hơn mức tối đa {limit}. Vui lòng bỏ các tệp không dùng."),
    "not_csv_name": N_("Tệp đi kèm phải là tệp CSV, tên kết thúc bằng .csv. Vui lòng lưu lại và đặt tên như vậy."),
    "file_too_big": N_("Tệp CSV quá lớn. Vui lòng bỏ các dòng và cột không dùng."),
    "file_encoding": N_(
        "Tệp CSV không dùng bảng mã UTF-8 (có thể là {encoding}) nên chữ tiếng Việt không đọc được. "
        "Vui lòng mở bằng Excel, chọn Lưu thành, kiểu “CSV UTF-8 (Comma delimited)”."
    ),
    "file_empty": N_("Tệp CSV trống. Vui lòng thêm dòng tiêu đề và các dòng nội dung."),
    "not_csv": N_(
        "Tệp không phải là tệp CSV đọc được. Vui lòng mở bằng Excel và lưu thành kiểu “CSV UTF-8 (Comma delimited)”."
    ),
    "too_many_cells": N_("Các tệp CSV có quá {limit} ô. Vui lòng bỏ các dòng và cột không dùng."),
    "uneven_row": N_(
        "Dòng này có {given} ô, dòng tiêu đề có {header} ô. "
        "Vui lòng kiểm tra dấu phẩy; chữ có dấu phẩy phải đặt trong dấu nháy kép."
    ),
    "no_survey_sheet": N_("Thiếu trang tính “survey” chứa các câu hỏi. Vui lòng đặt tên trang tính câu hỏi là survey."),
    "unsupported_sheet": N_(
        "Trang tính này thay đổi cách phiếu hoạt động nhưng chưa được hỗ trợ. Vui lòng bỏ trang này."
    ),
    "sheet_ignored": N_("Trang tính này không thuộc mẫu phiếu nên không được đọc."),
    "missing_column": N_("Thiếu cột này ở dòng tiêu đề. Vui lòng thêm cột."),
    "duplicate_column": N_("Cột “{header}” có hai lần. Vui lòng bỏ một cột."),
    "column_without_header": N_("Ô có nội dung nhưng cột không có tiêu đề. Vui lòng đặt tiêu đề hoặc xóa nội dung."),
    "file_named_as_list": N_(
        "Tệp này và danh sách “{list}” ở trang choices cùng tên nên không rõ công thức gọi cái nào. "
        "Vui lòng đổi tên một trong hai."
    ),
    "file_unused": N_("Không câu hỏi hay công thức nào dùng tệp này."),
    "unsupported_column": N_("Cột “{header}” có nội dung nhưng không dùng được ở đây. Vui lòng xóa cột hoặc nội dung."),
    "column_ignored": N_("Cột “{header}” là ghi chú của KoboToolbox nên không được đọc."),
    "unknown_language": N_("Ngôn ngữ mặc định “{language}” không có ở cột nào. Các ngôn ngữ có: {names}."),
    "default_language_twice": N_("Các cột {names} đều là ngôn ngữ mặc định. Vui lòng chỉ giữ một cột."),
    "default_language_unnamed": N_(
        "Cột không ghi ngôn ngữ được hiểu là “{language}”. "
        "Nếu không phải, vui lòng ghi default_language ở trang settings."
    ),
    "missing_language_column": N_("Chưa có cột “{header}”; người đọc ngôn ngữ này sẽ thấy lời ở ngôn ngữ mặc định."),
    "missing_translation": N_("“{name}” chưa có lời bằng “{language}”; ngôn ngữ mặc định được dùng thay."),
    "missing_setting": N_("Trang settings chưa có mã phiếu (form_id); mã được đặt theo tên phiếu."),
    "setting_ignored": N_("Mục này không có tác dụng ở đây nên được bỏ qua."),
    "unsupported_setting": N_("Mục này chưa được hỗ trợ (giá trị “{value}”). Vui lòng bỏ cột này ở trang settings."),
    "second_settings_row": N_("Trang settings chỉ được có một dòng dưới tiêu đề. Vui lòng xóa các dòng còn lại."),
    "more_problems": N_("Còn {count} mục nữa chưa nêu ở đây. Vui lòng sửa các mục trên rồi kiểm tra lại."),
    "pyxform": secondopinion.UNKNOWN,
}
ROWS = {
    "too_many_questions": N_("Mẫu phiếu có quá {limit} dòng. Vui lòng tách thành nhiều phiếu."),
    "no_questions": N_("Trang survey chưa có câu hỏi nào."),
    "missing_type": N_("Dòng có nội dung nhưng thiếu kiểu câu hỏi. Vui lòng điền cột type."),
    "row_skipped": N_("Dòng không có kiểu, tên và lời nên được bỏ qua như một ghi chú."),
    "unknown_type": N_("Không có kiểu câu hỏi “{type}”. Vui lòng kiểm tra chính tả ở cột type."),
    "unsupported_type": N_("Kiểu câu hỏi “{type}” không dùng được ở đây."),
    "unsupported_or_other": N_(
        "“{type}”: or_other chỉ dùng cho select_one và select_multiple có danh sách ở trang choices. "
        "Vui lòng thêm lựa chọn “Khác” vào danh sách và một câu hỏi chữ hiện ra khi chọn “Khác”."
    ),
    "or_other_shared": N_(
        "Dòng or_other thêm “Khác” vào danh sách “{list}”, nên câu “{name}” dùng chung danh sách cũng có lựa chọn này. "
        "Nếu không muốn, vui lòng tách thành hai danh sách."
    ),
    "or_other_with_filter": N_(
        "Câu hỏi “{name}” vừa có or_other vừa có choice_filter. "
        "Vui lòng thêm lựa chọn “Khác” vào danh sách và một câu hỏi chữ hiện ra khi chọn “Khác”."
    ),
    "or_other_name_taken": N_(
        "Dòng or_other thêm câu hỏi “{other}”, nhưng tên này đã dùng. Vui lòng đổi tên câu hỏi kia, hoặc bỏ or_other."
    ),
    "count_name_taken": N_(
        "Cột repeat_count thêm câu tính “{other}”, nhưng tên này đã dùng. "
        "Vui lòng đổi tên câu hỏi kia hoặc nhóm lặp “{name}”."
    ),
    "unsupported_file": N_(
        "Chỉ chọn được từ tệp CSV, không từ “{file}”. "
        "Vui lòng lưu danh sách thành tệp .csv rồi viết, ví dụ: select_one_from_file xa.csv."
    ),
    "choices_from_answers": N_(
        "“{type}” lấy lựa chọn từ câu trả lời của một câu hỏi khác nên không dùng được ở đây. "
        "Vui lòng dùng danh sách ở trang choices, hoặc câu hỏi chữ."
    ),
    "missing_file": N_("Thiếu tệp “{file}”. Vui lòng đính kèm tệp này cùng bảng tính khi nhập mẫu phiếu."),
    "missing_file_column": N_(
        "Tệp “{file}” không có cột “{name}” (các cột có: {names}). "
        "Vui lòng sửa tên cột, hoặc ghi ở cột parameters, ví dụ: value=ma label=ten."
    ),
    "metadata_left_blank": N_("“{type}” là thông tin chỉ điện thoại biết; ở đây câu này luôn để trống."),
    "log_not_kept": N_("Nhật ký điền phiếu (audit) không được ghi ở đây. Việc gửi và sửa phiếu có nhật ký riêng."),
    "missing_list": N_("Câu hỏi chọn “{type}” thiếu tên danh sách. Vui lòng viết, ví dụ: select_one co_khong."),
    "unknown_list": N_("Không có danh sách “{list}” ở trang choices. Vui lòng thêm danh sách hoặc sửa tên."),
    "too_deep": N_("Nhóm lồng nhau quá {limit} tầng. Vui lòng bớt tầng."),
    "not_closed": N_("Phần {what} “{name}” chưa được đóng. Vui lòng thêm dòng end tương ứng."),
    "unexpected_end": N_(
        "Dòng này đóng {what}, nhưng phần đang mở là {open} “{name}”. Vui lòng kiểm tra thứ tự begin, end."
    ),
    "end_name_differs": N_("Tên “{name}” ở dòng đóng khác tên phần đang mở (“{open}”); tên ở dòng mở được dùng."),
    "empty_group": N_("Nhóm “{name}” không có câu hỏi nào. Vui lòng thêm câu hỏi hoặc xóa nhóm."),
    "missing_calculation": N_("Dòng calculate “{name}” thiếu công thức. Vui lòng điền cột calculation."),
    "missing_label": N_("Câu hỏi “{name}” chưa có lời. Vui lòng điền cột label."),
    "missing_name": N_("Dòng thiếu tên. Vui lòng điền cột name."),
    "bad_name": N_(
        "Tên “{name}” không hợp lệ. Tên gồm chữ cái không dấu, chữ số, dấu gạch dưới, bắt đầu bằng chữ, "
        "tối đa {limit} ký tự."
    ),
    "reserved_name": N_("Tên “{name}” được dành cho hệ thống. Vui lòng đặt tên khác."),
    "duplicate_name": N_("Tên “{name}” đã dùng ở dòng {row}. Vui lòng đặt tên khác."),
    "column_not_for_type": N_("Cột này không dùng cho kiểu “{type}”. Vui lòng để trống ô này."),
    "unsupported_markup": N_("Lời có thẻ <output…> chưa được hỗ trợ. Vui lòng viết ${{tên câu hỏi}} thay cho thẻ."),
    "not_yes_no": N_("Ô này chỉ nhận yes hoặc no, không nhận “{value}”."),
    "bad_default": N_("Giá trị mặc định “{value}” không hợp với kiểu câu hỏi: {reason}."),
    "appearance_ignored": N_(
        "Kiểu trình bày “{appearance}” không thay đổi gì với kiểu “{type}”; câu hỏi vẫn hiện bình thường."
    ),
    "unsupported_appearance": N_("Kiểu trình bày “{appearance}” không dùng được ở đây. Vui lòng bỏ."),
    "table_list_differs": N_(
        "Trong một bảng (table-list) các câu hỏi phải dùng chung danh sách: "
        "câu này dùng “{list}”, câu đầu dùng “{first}”."
    ),
    "table_list_filter": N_("Câu hỏi trong bảng (table-list) không dùng được choice_filter. Vui lòng để trống ô này."),
    "label_row_required": N_(
        "Dòng có kiểu trình bày label chỉ là tiêu đề của bảng, không ai trả lời. Vui lòng để trống ô required."
    ),
    "no_label_row": N_(
        "Kiểu trình bày list-nolabel cần một dòng label phía trên có cùng danh sách “{list}”; "
        "không có thì câu hỏi hiện bình thường."
    ),
    "bad_parameters": N_("Cột parameters viết chưa đúng (“{value}”). Ví dụ đúng: start=0 end=10 step=1."),
    "unknown_parameter": N_("Kiểu câu hỏi này không có tham số “{name}”. Có thể dùng: {names}."),
    "parameter_ignored": N_("Tham số “{name}” không thay đổi gì ở đây."),
    "image_kept_as_sent": N_("Ảnh được giữ nguyên như khi gửi, không thu nhỏ theo max-pixels."),
    "bad_range": N_("Khoảng số không dùng được: {reason}."),
    "bad_randomize": N_("Tham số randomize chỉ nhận true hoặc false, không nhận “{value}”."),
    "bad_seed": N_("Tham số seed (“{value}”) phải là số hoặc ${{tên câu hỏi}}, và đi cùng randomize=true."),
    "bad_rows": N_("Tham số rows phải là số nguyên từ 1 đến {limit}, không nhận “{value}”."),
    "bad_trigger": N_("Cột trigger viết chưa đúng (“{value}”). Ví dụ đúng: ${{a}}, ${{b}}."),
    "group_reference": N_("“{name}” là nhóm, không phải câu hỏi. Vui lòng dùng tên một câu hỏi."),
    "missing_cell": N_("Ô bắt buộc này đang trống. Vui lòng điền."),
    "too_many_choices": N_("Trang choices có quá {limit} lựa chọn. Vui lòng rút bớt."),
    "duplicate_choice": N_("Lựa chọn “{name}” đã có trong danh sách “{list}” ở dòng {row}. Vui lòng đổi tên hoặc xóa."),
    "bad_choice_name": N_(
        "Tên lựa chọn “{name}” không hợp lệ: tối đa {limit} ký tự, "
        "và không có dấu cách ở danh sách chọn nhiều hoặc xếp hạng."
    ),
    "reference_in_choice": N_("Nhãn lựa chọn có ${{…}} (“{label}”) chưa được hỗ trợ. Vui lòng viết thành lời cố định."),
    "wrong_bind": N_("Cột x_bind không nhận “{value}”. Có thể dùng: {names}."),
    "bind_not_for_type": N_(
        "Giá trị x_bind “{value}” không dùng được cho kiểu “{type}”. Vui lòng đổi kiểu câu hỏi hoặc bỏ x_bind."
    ),
    "bind_with_calculation": N_("Câu hỏi vừa có công thức vừa có x_bind “{value}”. Vui lòng chỉ giữ một."),
    "wrong_consolidate": N_("Cột x_consolidate không nhận “{value}”. Có thể dùng: {names}."),
    "consolidate_not_for_type": N_(
        "Giá trị x_consolidate “{value}” không dùng được cho kiểu “{type}”. Có thể dùng: {names}."
    ),
    "wrong_ratio": N_("Tỷ lệ cần hai câu hỏi số, nhưng “{name}” không phải là câu hỏi số."),
    "wrong_previous": N_("Cột x_previous không nhận “{value}”. Có thể dùng: {names}."),
    "previous_not_for_type": N_(
        "Giá trị x_previous “{value}” chỉ dùng được cho câu hỏi số, không dùng cho kiểu “{type}”."
    ),
    "previous_in_rows": N_("Câu hỏi trong nhóm lặp không có số liệu kỳ trước, nên x_previous ở đây không có tác dụng."),
    "cycle": N_("Các câu hỏi tính vòng quanh lẫn nhau: {names}. Vui lòng bỏ một liên hệ trong vòng này."),
}
EXPRESSIONS = {
    "unknown_reference": N_("Không có câu hỏi nào tên “{name}”. Vui lòng kiểm tra lại tên trong ${{…}}."),
    "note_reference": N_("“{name}” là ghi chú (note) nên không có giá trị để tính. Vui lòng dùng tên câu hỏi khác."),
    "unsupported_path": N_(
        "Đường dẫn kiểu XPath trong “{expression}” chưa được hỗ trợ. Vui lòng dùng ${{tên câu hỏi}}."
    ),
    "bare_name": N_("Chữ “{name}” thiếu dấu: tên câu hỏi viết là ${{{name}}}, còn chữ cố định viết là '{name}'."),
    "unknown_choice_column": N_(
        "Danh sách lựa chọn không có cột “{name}”. Vui lòng thêm cột ở trang choices hoặc sửa tên."
    ),
    "unknown_list_column": N_("Danh sách hoặc tệp này không có cột “{name}”. Vui lòng sửa tên cột."),
    "name_not_literal": N_(
        "Tên danh sách hoặc tệp trong {name}() phải viết thẳng trong dấu nháy, "
        "ví dụ: pulldata('xa', 'ten', 'ma', ${{ma}})."
    ),
    "empty": N_("Công thức trống."),
    "too_long": N_("Công thức dài {length} ký tự, quá mức tối đa {limit}."),
    "too_deep_expression": N_("Công thức có dấu ngoặc lồng nhau quá {limit} tầng. Vui lòng tách bằng dòng calculate."),
    "syntax": N_("Công thức viết chưa đúng ở “{found}”{place}. Vui lòng kiểm tra dấu ngoặc, dấu nháy và phép tính."),
    "syntax_end": N_("Công thức chưa viết xong. Vui lòng kiểm tra dấu ngoặc, dấu nháy và phép tính cuối."),
    "unterminated_string": N_("Đoạn chữ thiếu dấu nháy đóng{place}."),
    "unknown_character": N_("Ký tự “{character}”{place} không dùng được trong công thức."),
    "bad_reference": N_("“{text}” không phải là cách gọi câu hỏi. Vui lòng viết ${{tên}}, không có dấu cách."),
    "unknown_axis": N_("Cách viết “{name}::” không dùng được trong công thức."),
    "unknown_function": N_("Không có hàm “{name}()”. Vui lòng kiểm tra chính tả."),
    "unsupported_function": N_("Hàm “{name}()” chưa được hỗ trợ. Vui lòng tính bằng cách khác."),
    "unsupported_variable": N_("Cách viết “${name}” chưa được hỗ trợ. Tên câu hỏi viết là ${{{name}}}."),
    "wrong_argument_count": N_("Hàm “{name}()” nhận {wanted}, nhưng ở đây có {given}."),
    "needs_nodes": N_("“{name}” cần một câu hỏi trong ${{…}}, không nhận giá trị đã tính."),
    "choice_name_argument": N_(
        "Phần thứ hai của jr:choice-name() phải là tên câu hỏi trong dấu nháy, ví dụ '${{kieu}}'."
    ),
    "bad_regex": N_("Mẫu chữ “{pattern}” viết chưa đúng: {reason}."),
    "bad_date_format": N_("Khuôn ngày “{format}” có phần “{escape}” không dùng được. Ví dụ đúng: %d/%m/%Y."),
}
SENTENCES: Mapping[str, str] = {**WORKBOOK, **ROWS, **EXPRESSIONS}
OTHER = N_("Chưa dùng được nội dung này (mã lỗi: {code}).")

# Why a default does not fit its question (codes of forms.values).
REASONS = {
    "not_integer": N_("không phải là số nguyên"),
    "not_number": N_("không phải là số"),
    "ambiguous_number": N_("có thể hiểu thành hai số khác nhau"),
    "too_large": N_("số quá lớn"),
    "out_of_range": N_("nằm ngoài khoảng start đến end"),
    "off_step": N_("không nằm đúng bước nhảy step"),
    "incomplete_rank": N_("có lựa chọn nêu hai lần"),
    "not_geopoint": N_("không phải là tọa độ (ví dụ 20.8449 106.6881)"),
    "not_date": N_("không phải là ngày (ví dụ 2025-07-20)"),
    "not_time": N_("không phải là giờ (ví dụ 07:30)"),
    "not_datetime": N_("không phải là ngày giờ (ví dụ 2025-07-20 17:00)"),
    "not_choice": N_("không có trong danh sách lựa chọn"),
    "not_file": N_("câu hỏi tệp không có giá trị mặc định"),
    "too_long": N_("quá dài"),
    "wrong_shape": N_("sai dạng"),
}
# Why the parameters of a range are refused.
RANGES = {
    "not_number": N_("{name} phải là số (đang là “{value}”)"),
    "reversed": N_("start ({start}) phải nhỏ hơn end ({end})"),
    "step": N_("step ({step}) phải lớn hơn 0"),
    "wide_step": N_("step ({step}) lớn hơn cả khoảng từ {start} đến {end}"),
}
# What may be used instead of what is refused.
INSTEAD = {
    "file": N_("Thay vào đó, có thể dùng kiểu file hoặc image để người điền gửi tệp có sẵn."),
    "geopoint": N_("Thay vào đó, có thể dùng kiểu geopoint (một điểm) hoặc câu hỏi chữ mô tả."),
    "csv": N_("Thay vào đó, có thể dùng select_one_from_file với tệp CSV và cột choice_filter."),
    "choice_filter": N_("Thay vào đó, có thể dùng select_one và cột choice_filter."),
    "settings": N_("Vui lòng ghi mục này ở trang settings."),
    "repeat": N_("Thay vào đó, có thể dùng begin repeat với repeat_count."),
    "table-list": N_("Thay vào đó, có thể dùng nhóm có kiểu trình bày table-list."),
    "rank": N_("Thay vào đó, có thể dùng kiểu rank với một danh sách."),
    "list": N_("Thay vào đó, vui lòng viết select_one hoặc select_multiple và tên danh sách."),
    "plain": N_("Câu hỏi sẽ hiện bình thường khi bỏ."),
    "media": N_("Hình, âm thanh, video trong câu hỏi và lựa chọn không hiện được; vui lòng mô tả bằng lời."),
    "entities": N_("Thay vào đó, dữ liệu tổng hợp có ở trang kết quả và qua API."),
    "relevant": N_("Thay vào đó, có thể dùng cột relevant, hoặc xóa dòng."),
    "parameters": N_("Thay vào đó, vui lòng ghi ở cột parameters, ví dụ: rows=5."),
}
# Why a pattern of regex() is refused.
PATTERNS = {
    "syntax": N_("sai cú pháp"),
    "escape": N_("dấu \\ không dùng được ở đây"),
    "class": N_("phần trong ngoặc vuông sai"),
    "repeat": N_("số lần lặp sai"),
    "too_long": N_("quá dài"),
    "too_large": N_("quá phức tạp"),
    "too_deep": N_("ngoặc lồng nhau quá nhiều"),
    "runs_away": N_("có thể chạy quá lâu"),
}
BLOCKS = {"group": N_("nhóm (group)"), "repeat": N_("nhóm lặp (repeat)")}
